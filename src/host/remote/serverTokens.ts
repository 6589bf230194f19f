import type { ChatMessage, ChatProfile } from '../../core/chatMessage.ts';
import { LemmaFailure } from '../../core/errors.ts';
import type { GlmTool } from '../../core/glmPrompt.ts';
import { messageParts, toolsText } from '../../core/glmPrompt.ts';
import { estimatedTokens } from '../../core/tokenEstimate.ts';
import type { CountTokensResult } from '../../shared/inferenceProtocol.ts';
import { countField, listField } from './json.ts';
import { ownPrompt } from './serverRequests.ts';
import type { ServerEngine } from './servedModel.ts';
import type { ServerHttp } from './serverHttp.ts';

/** Milliseconds for a count; a server that is too busy for it has the tokens estimated. */
const countMs = 10_000;
/** Requests at a time. */
const mostAtOnce = 4;
/** Characters of all texts whose count is remembered. */
const mostKept = 4_000_000;

/** Of a message besides its content: its role and a line break. */
const roleTokens = 2;
/** Of an empty prompt: GLM-Z1's is `[gMASK]<sop><|assistant|>` and `\n<think>`; other templates are like it. */
const frameTokens = { 'glm-z1': 7, 'glm-4': 3, rumination: 3, own: 7 } as const satisfies Record<ChatProfile, number>;

/**
 * Counts tokens by the server's own tokenizer where it offers one (`/tokenize` of all three engines), else estimates and
 * says so. Of models with a template that is not known the prompt around the messages is an estimate as well.
 */
export class ServerTokens {
  readonly #http: ServerHttp;
  readonly #model: string;
  readonly #engine: ServerEngine | undefined;
  readonly #profile: ChatProfile;
  /** By text, the last used at the end. */
  readonly #known = new Map<string, number>();
  #knownChars = 0;
  /** The server has no tokenizer to offer, or not to us. */
  #refused = false;

  constructor(http: ServerHttp, model: string, engine: ServerEngine | undefined, profile: ChatProfile) {
    this.#http = http;
    this.#model = model;
    this.#engine = engine;
    this.#profile = profile;
  }

  /** Does not reject. */
  async count(messages: readonly ChatMessage[], tools: readonly GlmTool[] = []): Promise<CountTokensResult> {
    if (tools.length === 0) return this.#count(messages);
    const { promptTokens, contentTokens, messageTokens, ...rest } = await this.#count([
      { role: 'system', content: toolsText(tools) },
      ...messages,
    ]);
    return { promptTokens, contentTokens: contentTokens.slice(1), messageTokens: messageTokens.slice(1), ...rest };
  }

  async #count(messages: readonly ChatMessage[]): Promise<CountTokensResult> {
    const texts = messages.map((message) => this.#textOf(message));
    const unknown = [...new Set(texts)].filter((text) => text !== '' && !this.#known.has(text));
    let counting = !this.#refused;
    for (let at = 0; at < unknown.length && counting; at += mostAtOnce) {
      const measured = await Promise.all(unknown.slice(at, at + mostAtOnce).map((text) => this.#measure(text)));
      counting = !measured.includes(false);
    }
    const counts = texts.map((text) => (text === '' ? 0 : this.#known.get(text)));
    const contentTokens = counts.map((count, index) => count ?? estimatedTokens(texts[index] ?? ''));
    const messageTokens = contentTokens.map((tokens) => tokens + roleTokens);
    const exact = ownPrompt(this.#profile) && !counts.includes(undefined) && this.#engine !== undefined;
    return {
      contentTokens,
      messageTokens,
      promptTokens: messageTokens.reduce((sum, tokens) => sum + tokens, frameTokens[this.#profile]),
      ...(exact ? {} : { estimated: true }),
    };
  }

  /** The content as the family's template shows it; the role and the line break before it are counted apart. */
  #textOf(message: ChatMessage): string {
    if (!ownPrompt(this.#profile)) return message.content;
    const [, shown] = messageParts(message, this.#profile === 'glm-4' ? 'glm-4' : 'glm-z1');
    if (!shown || !('text' in shown)) return '';
    return message.functionName === undefined ? shown.text.slice(1) : shown.text;
  }

  /**
   * The tokens of a rendered prompt for SGLang, whose `/completions` would put the tokenizer's own start before a text and
   * has no switch for it. Undefined: it is to be sent as text.
   */
  async promptIds(prompt: string): Promise<readonly number[] | undefined> {
    if (this.#engine !== 'sglang' || this.#refused) return undefined;
    const body = { model: this.#model, prompt, add_special_tokens: false };
    const answer = await this.#http.json(`${this.#http.address.root}/tokenize`, { body, timeoutMs: countMs }).catch(() => undefined);
    const ids = listField(answer, 'tokens').filter((id) => typeof id === 'number');
    return ids.length === 0 ? undefined : ids;
  }

  /** @returns false where it is no use to go on: the server does not count, or not now */
  async #measure(text: string): Promise<boolean> {
    try {
      const count = await this.#tokenize(text);
      if (count !== undefined) this.#remember(text, count);
      else this.#refused = true;
      return count !== undefined;
    } catch (error) {
      const code = error instanceof LemmaFailure ? error.error.code : '';
      // A server that is busy or away may count the next time; one that has no such path will not.
      this.#refused = code !== 'serverUnreachable' && code !== 'serverBusy' && code !== 'serverFailed';
      return false;
    }
  }

  async #tokenize(text: string): Promise<number | undefined> {
    const url = `${this.#http.address.root}/tokenize`;
    const ask = (body: unknown): Promise<unknown> => this.#http.json(url, { body, timeoutMs: countMs });
    switch (this.#engine) {
      case 'llamacpp':
        return listField(await ask({ content: text, add_special: false, parse_special: true }), 'tokens').length;
      case 'vllm':
      case 'sglang':
        return countField(await ask({ model: this.#model, prompt: text, add_special_tokens: false }), 'count');
      case undefined:
        return undefined;
    }
  }

  #remember(text: string, count: number): void {
    this.#known.set(text, count);
    this.#knownChars += text.length;
    for (const [oldest] of this.#known) {
      if (this.#knownChars <= mostKept || oldest === text) break;
      this.#known.delete(oldest);
      this.#knownChars -= oldest.length;
    }
  }
}
