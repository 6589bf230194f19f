/** Loading a model: against reading its bytes, what it takes beside them, YaRN's second load, a second window. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InferenceClient } from '../../../src/host/inferenceClient.ts';
import { ownRuntime } from '../../../scripts/lib/ownRuntime.ts';
import type { LoadParams, ModelInfo } from '../../../src/shared/inferenceProtocol.ts';
import { median, residentBytes } from '../figures.ts';
import type { ModelRow } from '../models.ts';

const memory = 'memory of the inference process over the model’s own size';
const root = path.join(import.meta.dirname, '../../..');
const rounds = 5;
const windows = 15;

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
      ratio('loading a model over reading the same bytes', plainMs, readMs),
      beside > 0
        ? { what: memory, value: beside / 1e6, unit: 'MB' }
        : { what: memory, value: undefined, unit: '', note: 'not to be had here' },
      ratio('a load for YaRN over a plain load', yarnMs, plainMs),
      await secondWindow(client, load, open),
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
  return {
    ...{ what: 'a second window has the model', value: middle, unit: 'ms', min: Math.min(...joining), max: Math.max(...joining) },
    ...{ goal: 'under 300 ms', met: middle < 300 },
  };
}

function times(work: () => void): number[] {
  return Array.from({ length: rounds }, () => {
    const begunAt = performance.now();
    work();
    return performance.now() - begunAt;
  });
}

function ratio(what: string, value: number, to: number): ModelRow {
  return { what, value: value / to, unit: 'times', note: `${ms(value)} to ${ms(to)}` };
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
