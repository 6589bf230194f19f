/**
 * `npm run bench -- samples`: the time of several replies to one prompt at once over the time of one, by the tiny model on
 * the processor. Prints a line for each number of samples, and the figures as JSON on the last line.
 *
 *   node samples.ts [1 COUNT …]
 */
import path from 'node:path';
import { ownClient, quiet } from '../../scripts/lib/ownClient.ts';
import { median } from './figures.ts';

const root = path.join(import.meta.dirname, '../..');
const modelPath = path.join(root, 'test/fixtures/model/glm-z1-tiny-f16.gguf');
const rounds = 5;
/** New tokens of each sample. */
const maxTokens = 300;
/** The first one is what the others are compared with. */
const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 2, 3, 5, 8];

const client = ownClient();

/** Milliseconds of writing, without reading the prompt. */
async function generateMs(samples: number): Promise<number> {
  const request = {
    ...{ messages: [{ role: 'user' as const, content: 'count to 400' }], profile: 'glm-z1' as const, maxTokens },
    sampling: { temperature: 0, topP: 1, topK: 0 },
  };
  const result = await client.generate({ ...request, ...(samples > 1 ? { samples } : {}) }, quiet);
  if (result.generatedTokens !== samples * maxTokens)
    throw new Error(`${result.generatedTokens} tokens were written by ${samples} samples.`);
  return result.generateMs;
}

try {
  if (!(await client.load({ modelPath, gpu: 'cpu', contextTokens: 4096, threads: 0 }, quiet))) throw new Error('The load was cancelled.');
  const times = new Map(counts.map((samples): [number, number[]] => [samples, []]));
  // In turn, so that what else the machine does hits all of them.
  for (let round = 0; round < rounds; round++) for (const samples of counts) times.get(samples)?.push(await generateMs(samples));
  const one = median(times.get(1) ?? []);
  const figures = counts.map((samples) => {
    const all = times.get(samples) ?? [];
    const ms = median(all);
    const ratios = all.map((each) => Number((each / one).toFixed(2)));
    return {
      samples,
      ms: Math.round(ms),
      ratio: Number((ms / one).toFixed(2)),
      min: Math.min(...ratios),
      max: Math.max(...ratios),
      tokensPerSecond: Math.round((samples * maxTokens * 1000) / ms),
    };
  });
  for (const { samples, ms, ratio, tokensPerSecond } of figures)
    console.log(`${samples} at once: ${ms} ms, ${ratio} times the time of one, ${tokensPerSecond} tokens/s together`);
  console.log(JSON.stringify(figures));
} finally {
  await client.dispose();
}
