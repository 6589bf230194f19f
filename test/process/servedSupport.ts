import assert from 'node:assert/strict';
import { ThoughtSplitter } from '../../src/core/thoughtSplitter.ts';
import type { PartDelta } from '../../src/core/thoughtSplitter.ts';
import { ServerBackend } from '../../src/host/remote/serverBackend.ts';
import type { GenerateProgress, GenerateResult, ModelInfo } from '../../src/shared/inferenceProtocol.ts';
import type { Ask } from './support.ts';
import { ask } from './support.ts';
import type { LoopbackServer } from './loopbackServer.ts';

const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {} };

/** The backend, with what it logged. @param key for every origin */
export function newBackend(key?: string): { backend: ServerBackend; lines: string[]; askedAgain: () => number } {
  const lines: string[] = [];
  let again = 0;
  const log = { ...quiet, info: (line: string) => void lines.push(line) };
  const backend = new ServerBackend({ log, key: () => Promise.resolve(key), onAskedAgain: () => again++ });
  return { backend, lines, askedAgain: () => again };
}

export async function connected(backend: ServerBackend, server: LoopbackServer, model = ''): Promise<ModelInfo> {
  const info = await backend.load(
    { modelPath: '', gpu: 'auto', contextTokens: 8192, threads: 0, server: { url: server.url, model } },
    () => undefined,
  );
  assert.ok(info);
  return info;
}

export interface Served {
  readonly thought: string;
  readonly answer: string;
  readonly tokens: number;
  readonly budgets: readonly Extract<GenerateProgress, { kind: 'budget' }>[];
  readonly read: readonly Extract<GenerateProgress, { kind: 'prompt' }>[];
  readonly result: GenerateResult | undefined;
  readonly error: unknown;
}

/** A reply to its end, whatever that is: what was reported is there even when it failed. */
export async function served(
  backend: ServerBackend,
  params: Ask = ask('What is 47 + 38?'),
  signal?: AbortSignal,
  onText?: (delta: PartDelta) => void,
): Promise<Served> {
  const parts = { thought: '', answer: '' };
  let tokens = 0;
  const seen: GenerateProgress[] = [];
  let result: GenerateResult | undefined;
  let error: unknown;
  const { prefill } = params;
  const splitter = new ThoughtSplitter(prefill === undefined ? { start: 'thought' } : { start: 'thought', thoughtSoFar: prefill });
  const take = (deltas: readonly PartDelta[]): void => {
    for (const delta of deltas) {
      parts[delta.part] += delta.text;
      tokens += delta.tokens;
      onText?.(delta);
    }
  };
  try {
    result = await backend.generate(
      params,
      (progress) => {
        seen.push(progress);
        if (progress.kind !== 'text') return;
        // As `TurnRunner` does it.
        const { part, text, tokens: count } = progress;
        take(part ? [{ part, text, tokens: count }] : splitter.push(text, count));
      },
      signal,
    );
  } catch (thrown) {
    error = thrown;
  }
  take(splitter.end());
  const budgets = seen.filter((progress) => progress.kind === 'budget');
  return { ...parts, tokens, budgets, read: seen.filter((progress) => progress.kind === 'prompt'), result, error };
}
