import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ChatMessage } from '../../src/core/chatMessage.ts';
import type { LemmaError } from '../../src/core/errors.ts';
import { LemmaFailure } from '../../src/core/errors.ts';
import { ownRuntime } from '../../scripts/lib/ownRuntime.ts';
import { InferenceClient } from '../../src/host/inferenceClient.ts';
import type { InferenceLog } from '../../src/host/inferenceClient.ts';
import type { GenerateParams, GenerateProgress, GenerateResult, LoadParams, ModelInfo } from '../../src/shared/inferenceProtocol.ts';

const root = path.join(import.meta.dirname, '../..');

/** The product's own bundle, as it is forked by the extension host. */
export const modulePath = path.join(root, 'dist/inference.mjs');
export const fixtureModel = path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf');
export const fixtureReference = path.join(root, 'test/fixtures/model/reference.json');

/** A prompt whose reply is about 1,500 tokens long, and always the same. */
export const countTo400 = 'count to 400';

export const greedy = { temperature: 0, topP: 1, topK: 0 } as const;

export type Ask = Omit<GenerateParams, 'progressToken'>;

/** A greedy question with `changes` to its parameters. */
export function ask(content: string, changes: Partial<Ask> = {}): Ask {
  return { messages: [{ role: 'user', content }], profile: 'glm-z1', sampling: greedy, maxTokens: 30_000, ...changes };
}

export type Client = InferenceClient;

/** A client of the bundle, and the lines it logged. Clients share a process only where they are given one environment. */
export function newClient(module = modulePath, env = ownRuntime(), version = '0.1.0'): { client: Client; lines: string[] } {
  assert.ok(existsSync(module), `${module} is missing: run «node esbuild.js» first, or the whole suite by «npm run test:process».`);
  const lines: string[] = [];
  const write = (message: string): void => void lines.push(message);
  const log: InferenceLog = { error: write, warn: write, info: write, debug: write, trace: write };
  return { client: new InferenceClient({ modulePath: module, log, env, version }), lines };
}

export const smallLoad: Omit<LoadParams, 'progressToken'> = { modelPath: fixtureModel, gpu: 'cpu', contextTokens: 4096, threads: 0 };

export async function loaded(client: InferenceClient, changes: Partial<LoadParams> = {}): Promise<ModelInfo> {
  const info = await client.load({ ...smallLoad, ...changes }, () => undefined);
  assert.ok(info, 'The load was cancelled by nobody.');
  return info;
}

export interface Reply {
  readonly text: string;
  readonly pieces: readonly GenerateProgress[];
  readonly result: GenerateResult;
}

/** A whole reply. `onProgress` sees each message after it was added to the text. */
export async function reply(
  client: InferenceClient,
  params: Ask,
  onProgress: (progress: GenerateProgress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Reply> {
  const pieces: GenerateProgress[] = [];
  const result = await client.generate(
    params,
    (progress) => {
      pieces.push(progress);
      onProgress(progress);
    },
    signal,
  );
  return { text: textOf(pieces), pieces, result };
}

export function textOf(pieces: readonly GenerateProgress[]): string {
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
}

/** The error that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<LemmaError> {
  const error: unknown = await promise.then(
    () => assert.fail('It was expected to fail.'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LemmaFailure, String(error));
  return error.error;
}

/** A conversation of two turns, its history without thoughts. */
export function followUp(first: string, answer: string, second: string): ChatMessage[] {
  return [
    { role: 'user', content: first },
    { role: 'assistant', content: answer },
    { role: 'user', content: second },
  ];
}

/** A text of about `tokens` tokens of the tiny model. */
export function longText(tokens: number): string {
  return 'The sum of 12 and 30 is 42.\n'.repeat(Math.ceil(tokens / 16));
}
