/** See `scripts/soak.mjs`. */
import { parseArgs } from 'node:util';
import { runKills, runUse } from '../../test/soak/kills.ts';

/** How much the heap of a window that lives on may have grown, as a part of what it was. */
const mostGrowth = 0.1;

/** The part of a window's turns that leads to its first plateau, and as many at its end are looked at. */
const plateau = 0.1;

const options = { kills: { type: 'string', default: '500' }, minutes: { type: 'string' }, seed: { type: 'string' } } as const;
const { values } = parseArgs({ options });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const begun = performance.now();
const seconds = (): number => Math.round((performance.now() - begun) / 1000);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** @returns what is wrong */
async function use(minutes: number): Promise<string[]> {
  console.log(`${minutes} minutes of use with the seed ${seed}.`);
  const heaps = await runUse(minutes * 60_000, seed);
  const part = Math.max(5, Math.floor(heaps.length * plateau));
  const median = (of: readonly number[]): number => [...of].sort((one, other) => one - other)[of.length >> 1] ?? 0;
  const [before, after] = [median(heaps.slice(part, 2 * part)), median(heaps.slice(-part))];
  console.log(`${heaps.length} turns. Heap: ${megabytes(before)}, then ${megabytes(after)}.`);
  return after > before * (1 + mostGrowth) ? ['the heap has grown'] : [];
}

/** @returns what is wrong */
async function kill(kills: number): Promise<string[]> {
  console.log(`${kills} kills with the seed ${seed}.`);
  const report = await runKills(kills, seed, (done) => {
    if (done % 25 === 0) console.log(`  ${done} kills in ${seconds()} s`);
  });
  const [before, after] = report.heapBytes;
  const { engine, window } = report.kills;
  console.log(`Killed: ${engine} times the engine, ${window} times the window; while ${JSON.stringify(report.phases)}.`);
  console.log(`${report.conversations} conversations open. Heap: ${megabytes(before)}, then ${megabytes(after)}.`);
  return after > before * (1 + mostGrowth) ? ['the heap has grown'] : [];
}

const failures = await (values.minutes === undefined ? kill(Number(values.kills)) : use(Number(values.minutes))).catch((error: unknown) => [
  error instanceof Error ? error.message : String(error),
]);
for (const failure of failures) console.log(`  ✘ ${failure}`);
console.log(`\n${failures.length === 0 ? 1 : 0} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
