import type { ChatProfile } from '../../core/chatMessage.ts';
import { LemmaFailure } from '../../core/errors.ts';
import type { ReplyStart } from '../../core/servedReply.ts';
import { thoughtOpenTag } from '../../core/glmPrompt.ts';
import { familyModelOf } from '../../core/models/family.ts';
import { countField, field, listField, textField } from './json.ts';
import type { ServerHttp } from './serverHttp.ts';

/** Engines that name themselves in `owned_by` of their list of models; each has paths and parameters of its own. */
export type ServerEngine = 'vllm' | 'sglang' | 'llamacpp';

/** A model as the server lists it. */
export interface ServedModel {
  readonly id: string;
  readonly engine?: ServerEngine;
  /** Of one request: prompt, thought and answer. */
  readonly contextTokens?: number;
}

/** The models of a server. @throws LemmaFailure server… */
export async function listModels(http: ServerHttp, signal?: AbortSignal): Promise<ServedModel[]> {
  const list = await http.json(`${http.address.api}/models`, { signal });
  const data = field(list, 'data');
  if (!Array.isArray(data)) throw new LemmaFailure({ code: 'serverNotCompatible', host: http.address.host, found: '/models' });
  return data.flatMap((entry: unknown): ServedModel[] => {
    const id = textField(entry, 'id');
    if (id === undefined) return [];
    const owner = textField(entry, 'owned_by');
    // `max_model_len`: vLLM and SGLang; `meta.n_ctx`: llama-server, the context of one of its slots.
    const contextTokens = countField(entry, 'max_model_len') ?? countField(field(entry, 'meta'), 'n_ctx');
    const engine = owner === 'vllm' || owner === 'sglang' || owner === 'llamacpp' ? owner : undefined;
    return [{ id, ...(engine ? { engine } : {}), ...(contextTokens === undefined ? {} : { contextTokens }) }];
  });
}

/** The context of one of llama-server's slots, by versions whose list of models does not say it. */
export async function slotContextTokens(http: ServerHttp, signal?: AbortSignal): Promise<number | undefined> {
  const props = await http.json(`${http.address.root}/props`, { signal }).catch(() => undefined);
  return countField(field(props, 'default_generation_settings'), 'n_ctx');
}

/** How the model is prompted, by its name, which is the only thing that every server says of it. */
export function servedProfile(model: string): ChatProfile {
  return familyModelOf({ fileName: model })?.profile ?? 'own';
}

/**
 * The part in which this model's replies begin, where neither a field nor a tag says it. The server's own template is
 * asked first (llama-server renders it, vLLM tokenises it), then the name decides.
 */
export async function replyStart(http: ServerHttp, { id, engine }: ServedModel, signal?: AbortSignal): Promise<ReplyStart> {
  const prompt = await renderedPrompt(http, id, engine, signal).catch(() => undefined);
  if (prompt !== undefined) return prompt.trimEnd().endsWith(thoughtOpenTag) ? 'thought' : 'answer';
  const profile = servedProfile(id);
  // Rumination opens its thought itself.
  if (profile !== 'own') return profile === 'glm-z1' ? 'thought' : 'answer';
  // Models that are known for templates that open the thought.
  return /deepseek-?r1|qwq|thinking/i.test(id) ? 'thought' : 'unknown';
}

/** What the model sees before it replies to a small question; undefined where the server cannot tell. */
async function renderedPrompt(
  http: ServerHttp,
  model: string,
  engine: ServerEngine | undefined,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { root } = http.address;
  const messages = [{ role: 'user', content: '1' }];
  if (engine === 'llamacpp') return textField(await http.json(`${root}/apply-template`, { body: { messages }, signal }), 'prompt');
  if (engine !== 'vllm') return undefined;
  const body = { model, messages, add_generation_prompt: true, return_token_strs: true };
  const tokens = listField(await http.json(`${root}/tokenize`, { body, signal }), 'token_strs');
  // Older versions do not spell them out.
  if (tokens.length === 0) return undefined;
  // Line breaks are spelled `Ċ` by byte-level vocabularies.
  return tokens
    .map((token) => (typeof token === 'string' ? token : ''))
    .join('')
    .replaceAll('Ċ', '\n');
}
