/** Loading a model: against reading its bytes, what it takes beside them, YaRN's second load, and a long input. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InferenceClient } from '../../../src/host/inferenceClient.ts';
import { ownRuntime } from '../../../scripts/lib/ownRuntime.ts';
import type { LoadParams, ModelInfo } from '../../../src/shared/inferenceProtocol.ts';
import type { ModelRow } from '../models.ts';

const root = path.join(import.meta.dirname, '../../..');
const rounds = 5;
/** Tokens of the long input. */
const longTokens = 40_000;

/** @param modelPath `LEMMA_BENCH_MODEL`, else the tiny model, of which the process itself is the greater part */
export async function measureLoading(
  modelPath = process.env['LEMMA_BENCH_MODEL'] ?? path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf'),
): Promise<ModelRow[]> {
  const quiet = (): void => undefined;
  const log = { error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet };
  const client = new InferenceClient({ modulePath: path.join(root, 'dist/inference.mjs'), log, env: ownRuntime() });
  const load = async (change: Partial<LoadParams> = {}): Promise<ModelInfo> => {
    const info = await client.load({ modelPath, gpu: 'cpu', contextTokens: 4096, threads: 0, ...change }, quiet);
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
      await longInput(client, load),
    ];
  } finally {
    await client.dispose();
  }
}

async function longInput(client: InferenceClient, load: (change: Partial<LoadParams>) => Promise<ModelInfo>): Promise<ModelRow> {
  const { yarn } = await load({ contextTokens: longTokens + 4096, yarn: true });
  const messages = [{ role: 'user' as const, content: 'The sum of 12 and 30 is 42.\n'.repeat(Math.ceil(longTokens / 15)) }];
  const sampling = { temperature: 0, topP: 1, topK: 0 };
  const result = await client.generate({ messages, profile: 'glm-z1', sampling, maxTokens: 20 }, () => undefined);
  const rate = (1000 * result.promptTokens) / result.promptMs;
  const scale = `frequency scale ${yarn?.frequencyScale ?? 'unknown'}`;
  return row(
    'Input with YaRN',
    `${result.promptTokens} tokens at ${rate.toFixed(0)} tokens/s, ${result.generatedTokens} written, ${scale}`,
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
