import type { ChatMessage } from '../core/chatMessage.ts';
import { estimatedTokens } from '../core/tokenEstimate.ts';
import type { InferenceLog } from './inferenceClient.ts';
import type { ModelService } from './modelService.ts';

/** Of a message besides its content: its role and a line break. */
const roleTokens = 2;
/** Tokens of an empty prompt of GLM-Z1: its start, the reply's role and the tag that opens the thought. */
const glmFrameTokens = 7;
/** A count runs on the engine's thread, between two tokens of a reply; so much takes it about 30 ms. Longer texts wait for its end. */
const mostWhileBusy = 100_000;
/** Characters of all texts whose count is remembered. */
const mostKept = 4_000_000;

export interface TokenCount {
  /** Of the content alone. */
  readonly content: number;
  /** Of what the message adds to a prompt. */
  readonly message: number;
  /** By characters, not by the model's own tokens. */
  readonly estimated: boolean;
}

/** Counts tokens by the model where one is loaded, and remembers them; else estimates, and says so. Never loads a model. */
export class TokenCounter {
  readonly #model: ModelService;
  readonly #log: InferenceLog;
  /** By role and content, the last used at the end. */
  readonly #known = new Map<string, TokenCount>();
  #knownChars = 0;
  #frameTokens: number | undefined;
  /** The model that counts is a server's that only estimates. */
  #estimated = false;
  #modelPath = '';

  constructor(model: ModelService, log: InferenceLog) {
    this.#model = model;
    this.#log = log;
  }

  /** Tokens of a prompt besides its messages. */
  get frame(): { readonly tokens: number; readonly estimated: boolean } {
    return { tokens: this.#frameTokens ?? glmFrameTokens, estimated: this.#estimated || this.#frameTokens === undefined };
  }

  /** Of each message, in order. Does not reject. */
  async count(messages: readonly ChatMessage[]): Promise<TokenCount[]> {
    await this.#measure(messages);
    return messages.map((message) => {
      const known = this.#known.get(keyOf(message));
      if (known) return known;
      const content = estimatedTokens(message.content);
      return { content, message: content + roleTokens, estimated: message.content !== '' };
    });
  }

  async #measure(messages: readonly ChatMessage[]): Promise<void> {
    const { state } = this.#model;
    if (state.kind !== 'ready' && state.kind !== 'busy') return;
    if (state.info.path !== this.#modelPath) this.#forget(state.info.path);
    const unknown = [...new Map(messages.map((message) => [keyOf(message), message]))].filter(([key]) => !this.#known.has(key));
    if (unknown.length === 0 && this.#frameTokens !== undefined) return;
    const chars = unknown.reduce((sum, [key]) => sum + key.length, 0);
    if (state.kind === 'busy' && chars > mostWhileBusy) return;
    try {
      const params = { messages: unknown.map(([, message]) => message), profile: state.info.profile };
      const { promptTokens, contentTokens, messageTokens, estimated = false } = await this.#model.countTokens(params);
      this.#estimated = estimated;
      this.#frameTokens = promptTokens - messageTokens.reduce((sum, tokens) => sum + tokens, 0);
      unknown.forEach(([key], index) =>
        this.#remember(key, { content: contentTokens[index] ?? 0, message: messageTokens[index] ?? 0, estimated }),
      );
    } catch (error) {
      // The engine ended or is loading another model: the estimate stands in until it is back.
      this.#log.debug(`[context] Tokens were not counted: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #remember(key: string, count: TokenCount): void {
    this.#known.set(key, count);
    this.#knownChars += key.length;
    for (const [oldest] of this.#known) {
      if (this.#knownChars <= mostKept || oldest === key) break;
      this.#known.delete(oldest);
      this.#knownChars -= oldest.length;
    }
  }

  #forget(modelPath: string): void {
    this.#modelPath = modelPath;
    this.#frameTokens = undefined;
    this.#known.clear();
    this.#knownChars = 0;
  }
}

/** Of the role it depends how the content is shown to the model. */
function keyOf({ role, content, thoughtRemoved = false }: ChatMessage): string {
  return `${role} ${thoughtRemoved} ${content}`;
}
