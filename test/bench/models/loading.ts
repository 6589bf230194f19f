/** Loading a model: against reading its bytes, what it takes beside them, YaRN's second load, a second window, a long input. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { InferenceClient } from '../../../src/host/inferenceClient.ts';
import { ownRuntime } from '../../../scripts/lib/ownRuntime.ts';
import type { LoadParams, ModelInfo } from '../../../src/shared/inferenceProtocol.ts';
import type { ModelRow } from '../models.ts';

const root = path.join(import.meta.dirname, '../../..');
const rounds = 5;
const windows = 15;
/** Tokens of the long input. */
const longTokens = 40_000;
/**
 * Milliseconds after which the long input is given up. Attention takes time by the square of the length: one thread of 2026
 * reads 16,000 tokens of the tiny model in 33 s and 40,000 in 205 s.
 */
const longLimitMs = 240_000;

/** @param modelPath `LEMMA_BENCH_MODEL`, else the tiny model, of which the process itself is the greater part */
export async function measureLoading(
  modelPath = process.env['LEMMA_BENCH_MODEL'] ?? path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf'),
): Promise<ModelRow[]> {
  const quiet = (): void => undefined;
  const log = { error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet };
  const env = ownRuntime();
  const open = (): InferenceClient => new InferenceClient({ modulePath: path.join(root, 'dist/inference.mjs'), log, env });
  const client = open();
  const load = async (change: Partial<LoadParams> = {}, by = client): Promise<ModelInfo> => {
    const info = await by.load({ modelPath, gpu: 'cpu', contextTokens: 4096, threads: 0, ...change }, quiet);
    if (!info) throw new Error('The load was cancelled.');
    return info;
  };
  try {
    // The first load starts the backend as well.
    const { bytes } = await load();
    const reads = times(() => void readFileSync(modelPath));
    const plain: number[] = [];
    const withYarn: number[] = [];
    for (let round = 0; round < rounds; round++) {
      plain.push((await load({ yarn: false })).loadMs);
      withYarn.push((await load({ yarn: true })).loadMs);
    }
    const beside = residentBytes(client.pid) - bytes;
    const [readMs, plainMs, yarnMs] = [median(reads), median(plain), median(withYarn)];
    return [
      row('Loading a model over reading the same bytes', `${ratio(plainMs, readMs)} (${ms(plainMs)} to ${ms(readMs)})`),
      row(
        'Memory of the inference process over the model’s own size',
        beside > 0 ? `${Math.round(beside / 1e6)} MB` : 'not to be had here',
      ),
      row('A load for YaRN over a plain load', `${ratio(yarnMs, plainMs)} (${ms(yarnMs)} to ${ms(plainMs)})`),
      await secondWindow(client, load, open),
      await longInput(client, load),
    ];
  } finally {
    await client.dispose();
  }
}

/** From a window's first wish for the model that another one has loaded to its being ready. */
async function secondWindow(
  first: InferenceClient,
  load: (change: Partial<LoadParams>, client?: InferenceClient) => Promise<ModelInfo>,
  open: () => InferenceClient,
): Promise<ModelRow> {
  const joining: number[] = [];
  for (let round = 0; round < windows; round++) {
    const second = open();
    const begunAt = performance.now();
    await load({ yarn: true }, second);
    joining.push(performance.now() - begunAt);
    if (second.pid !== first.pid) throw new Error('The second window has started a process of its own.');
    await second.dispose();
  }
  const middle = median(joining);
  const what = `A second window has the model (median of ${windows})`;
  const measured = `${ms(middle)} (${ms(Math.min(...joining))} to ${ms(Math.max(...joining))})`;
  return { what, measured, goal: 'under 300 ms', met: middle < 300 };
}

/** By all cores: while the prompt is read, nobody waits for the event loop. Ends after `longLimitMs`, and says so. */
async function longInput(client: InferenceClient, load: (change: Partial<LoadParams>) => Promise<ModelInfo>): Promise<ModelRow> {
  const threads = availableParallelism();
  const { yarn } = await load({ contextTokens: longTokens + 4096, yarn: true, threads });
  const messages = [{ role: 'user' as const, content: 'The sum of 12 and 30 is 42.\n'.repeat(Math.ceil(longTokens / 15)) }];
  const sampling = { temperature: 0, topP: 1, topK: 0 };
  let readTokens = 0;
  const limit = AbortSignal.timeout(longLimitMs);
  const result = await client.generate(
    { messages, profile: 'glm-z1', sampling, maxTokens: 20 },
    (progress) => {
      if (progress.kind === 'prompt') readTokens = progress.readTokens;
    },
    limit,
  );
  const rate = (1000 * readTokens) / result.promptMs;
  const scale = `frequency scale ${yarn?.frequencyScale ?? 'unknown'}`;
  const end = result.stop === 'cancelled' ? `given up after ${longLimitMs / 1000} s` : `${result.generatedTokens} written`;
  return row(
    `Input of ${longTokens} tokens with YaRN (${threads} threads)`,
    `${readTokens} of ${result.promptTokens} tokens read at ${rate.toFixed(0)}/s, ${end}, ${scale}`,
  );
}

function row(what: string, measured: string): ModelRow {
  return { what, measured, goal: '' };
}

function times(work: () => void): number[] {
  return Array.from({ length: rounds }, () => {
    const begunAt = performance.now();
    work();
    return performance.now() - begunAt;
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Of Linux' own count; 0 elsewhere. */
function residentBytes(pid: number | undefined): number {
  if (pid === undefined || process.platform !== 'linux') return 0;
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return 1024 * Number(kilobytes);
}

function ratio(value: number, to: number): string {
  return (value / to).toFixed(2);
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
