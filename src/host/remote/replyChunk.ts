import { countField, field, listField, textField } from './json.ts';

/** A piece of a reply, whatever the engine. */
export interface ReplyChunk {
  /** From a field for the thought. */
  readonly thought: string;
  readonly text: string;
  /** Why the reply ended: `stop`, `length`, … */
  readonly finish?: string;
  /** Tokens of prompt and reply so far, as the server counts them. */
  readonly promptTokens?: number;
  readonly replyTokens?: number;
  /** Tokens of the prompt that the server still had in memory. */
  readonly reusedTokens?: number;
  /** llama-server, while it reads the prompt. */
  readonly read?: { readonly tokens: number; readonly of: number };
}

/**
 * Reads an event of `/chat/completions` or `/completions`, or a whole answer of a server that does not stream. Fields
 * that are missing or null are none; an event may have no choice at all (the last one, with the usage).
 */
export function replyChunk(data: unknown): ReplyChunk {
  const [choice] = listField(data, 'choices');
  const said = field(choice, 'delta') ?? field(choice, 'message') ?? choice;
  // vLLM renamed `reasoning_content` to `reasoning` and sent both for a while: one of them counts.
  const thought = textField(said, 'reasoning_content') || textField(said, 'reasoning') || '';
  const text = textField(said, 'content') ?? textField(said, 'text') ?? '';
  const finish = textField(choice, 'finish_reason');
  const usage = field(data, 'usage');
  const timings = field(data, 'timings');
  const progress = field(data, 'prompt_progress');
  const of = countField(progress, 'total');
  const read = countField(progress, 'processed');
  return {
    thought,
    text,
    ...(finish === undefined ? {} : { finish }),
    ...count('promptTokens', countField(usage, 'prompt_tokens')),
    ...count('replyTokens', countField(usage, 'completion_tokens') ?? countField(timings, 'predicted_n')),
    ...count('reusedTokens', countField(field(usage, 'prompt_tokens_details'), 'cached_tokens') ?? countField(timings, 'cache_n')),
    ...(of === undefined || read === undefined ? {} : { read: { tokens: read, of } }),
  };
}

function count<Name extends string>(name: Name, value: number | undefined): { [Key in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]: number });
}
