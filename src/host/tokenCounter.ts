import type { ChatMessage } from '../core/chatMessage.ts';
import type { InferenceLog } from './inferenceClient.ts';
import type { ModelService } from './modelService.ts';

const profile = 'glm-z1';
/** Characters of a token, for texts that no model has counted yet: between English prose (4) and code or mathematics (3). */
const charsPerToken = 3.5;
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
  readonly #known = new Map<string, Omit<TokenCount, 'estimated'>>();
  #knownChars = 0;
  #frameTokens: number | undefined;
  #modelPath = '';

  constructor(model: ModelService, log: InferenceLog) {
    this.#model = model;
    this.#log = log;
  }

  /** Tokens of a prompt besides its messages. */
  get frame(): { readonly tokens: number; readonly estimated: boolean } {
    return { tokens: this.#frameTokens ?? glmFrameTokens, estimated: this.#frameTokens === undefined };
  }

  /** Of each message, in order. Does not reject. */
  async count(messages: readonly ChatMessage[]): Promise<TokenCount[]> {
    await this.#measure(messages);
    return messages.map((message) => {
      const known = this.#known.get(keyOf(message));
      if (known) return { ...known, estimated: false };
      const content = Math.ceil(message.content.length / charsPerToken);
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
      const params = { messages: unknown.map(([, message]) => message), profile } as const;
      const { promptTokens, contentTokens, messageTokens } = await this.#model.countTokens(params);
      this.#frameTokens = promptTokens - messageTokens.reduce((sum, tokens) => sum + tokens, 0);
      unknown.forEach(([key], index) => this.#remember(key, contentTokens[index] ?? 0, messageTokens[index] ?? 0));
    } catch (error) {
      // The engine ended or is loading another model: the estimate stands in until it is back.
      this.#log.debug(`[context] Tokens were not counted: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #remember(key: string, content: number, message: number): void {
    this.#known.set(key, { content, message });
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
