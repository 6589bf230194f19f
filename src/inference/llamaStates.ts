/**
 * What the context remembers of a conversation is written into a file when the model is unloaded or another conversation
 * comes, and read back when that one comes again: docs/design/0025-saved-states.md. Whatever is wrong with a file, the prompt
 * is evaluated as if there were none.
 */
import { createHash } from 'node:crypto';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { ModelInfo } from '../shared/inferenceProtocol.ts';
import type { SavedStates } from '../shared/savedStates.ts';
import type { EngineLog } from './engine.ts';
import type { LoadedModel } from './llamaEngine.ts';
import type { StateContent } from './stateFiles.ts';
import { StateFiles } from './stateFiles.ts';

/**
 * `leastTokens`: fewer are evaluated about as fast as they are written and read (docs/performance.md): 256 on a card; on a
 * processor even a batch of 64 takes seconds with a 9B model.
 * `longestSwitchMs`: so long a question waits at most for the state of the conversation before it to be written. A card has
 * read 30,000 tokens in 8 s and written them in 3; a processor takes minutes to read what is written in a second.
 */
const limits = { processor: { leastTokens: 64, longestSwitchMs: Infinity }, card: { leastTokens: 256, longestSwitchMs: 1_000 } } as const;

export function stateLimits({ device }: Pick<ModelInfo, 'device'>): (typeof limits)[keyof typeof limits] {
  return device === 'gpu' ? limits.card : limits.processor;
}

/** Until something was written: bytes of a token of the family's larger models, and bytes that a slow disk takes in a millisecond. */
const guessedTokenBytes = 64 * 1024;
const guessedBytesPerMs = 500_000;

/** A state belongs to a model as it is loaded. */
export type StateOwner = Pick<LoadedModel, 'info' | 'sequence' | 'replies' | 'stateKey'>;

export class LlamaStates {
  readonly #log: EngineLog;
  #files: StateFiles | undefined;
  #tokenBytes = guessedTokenBytes;
  #bytesPerMs = guessedBytesPerMs;

  constructor(log: EngineLog) {
    this.#log = log;
  }

  /** Where states are kept from now on, and how many; what is too much now is removed. */
  keepIn(where: SavedStates): void {
    const present = this.#files?.where;
    if (present?.folder === where.folder && present.mostBytes === where.mostBytes) return;
    const files = new StateFiles(where);
    this.#files = where.mostBytes > 0 ? files : undefined;
    files.trim().catch((error: unknown) => this.#say('cannot be looked through', error));
  }

  /**
   * Keeps what the sequence remembers. Never fails.
   * @param mostMs nothing is written where it would probably take longer
   * @returns whether it is kept
   */
  async save(conversation: string, { info, sequence, replies, stateKey: key }: StateOwner, mostMs = Infinity): Promise<boolean> {
    const tokens = sequence.contextTokens;
    const bytes = tokens.length * this.#tokenBytes;
    if (!this.#files || key === undefined || tokens.length < stateLimits(info).leastTokens) return false;
    if (bytes > this.#files.where.mostBytes || bytes / this.#bytesPerMs > mostMs) return false;
    const id = { conversation, key };
    const reply = replies.atEndOf(tokens);
    const content: StateContent = { tokens: tokens.length, tokensDigest: digestOf(tokens), ...(reply ? { reply } : {}) };
    try {
      const { tokensDigest, reply: before } = (await this.#files.look(id)) ?? {};
      if (tokensDigest === content.tokensDigest && isSame(before, reply)) {
        await this.#files.use(id);
        return true;
      }
      const begunAt = performance.now();
      const written = await this.#files.write(id, content, (file) => sequence.saveStateToFile(file));
      const ms = performance.now() - begunAt;
      this.#tokenBytes = Math.max(1, written / tokens.length);
      this.#bytesPerMs = Math.max(1, written / ms);
      this.#log('info', `State: ${tokens.length} tokens kept, ${written} bytes in ${Math.round(ms)} ms.`);
      return written > 0;
    } catch (error) {
      this.#say('cannot be kept', error);
      return false;
    }
  }

  /**
   * Gives the sequence what is kept of the conversation in place of what it remembers. Never fails.
   * @returns whether there was anything; if not, the sequence is as it was
   */
  async restore(conversation: string, { sequence, replies, stateKey: key }: StateOwner): Promise<boolean> {
    if (!this.#files || key === undefined) return false;
    const id = { conversation, key };
    try {
      const begunAt = performance.now();
      const header = await this.#files.look(id);
      if (!header || header.tokens >= sequence.contextSize) return false;
      const state = await this.#files.read(id);
      if (!state) return false;
      await sequence.clearHistory();
      // Checked to be the file that was written, by this engine for this model.
      await load(sequence, state.file, state.tokensDigest);
      const { reply } = state;
      const tokens = sequence.contextTokens;
      if (reply && !isSame(reply, replies.atEndOf(tokens))) replies.begin([...tokens.slice(reply.from), ...(reply.more as Token[])]);
      this.#log('info', `State: ${state.tokens} tokens read back, ${state.bytes} bytes in ${Math.round(performance.now() - begunAt)} ms.`);
      return true;
    } catch (error) {
      this.#say('cannot be read back', error);
      await sequence.clearHistory();
      await this.#files.discard(id).catch(() => undefined);
      return false;
    }
  }

  /** The conversation is deleted. */
  async forget(conversation: string): Promise<void> {
    await this.#files?.forget(conversation).catch((error: unknown) => this.#say('cannot be removed', error));
  }

  #say(what: string, error: unknown): void {
    this.#log('warn', `What the context remembered ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws where the engine takes it for another state than the header does */
async function load(sequence: LlamaContextSequence, file: string, tokensDigest: string): Promise<void> {
  await sequence.loadStateFromFile(file, { acceptRisk: true });
  if (digestOf(sequence.contextTokens) !== tokensDigest) throw new Error('It holds other tokens than its header says.');
}

function isSame(one: StateContent['reply'], other: StateContent['reply']): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function digestOf(tokens: readonly number[]): string {
  return createHash('sha256').update(Uint32Array.from(tokens)).digest('hex');
}
