/** See `scripts/soak.mjs`. */
import { parseArgs } from 'node:util';
import { runKills } from '../../test/soak/kills.ts';

/** How much the heap of a window that lives on may have grown, as a part of what it was. */
const mostGrowth = 0.1;

const { values } = parseArgs({ options: { kills: { type: 'string', default: '500' }, seed: { type: 'string' } } });
const kills = Number(values.kills);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const begun = performance.now();
console.log(`${kills} kills with the seed ${seed}.`);
const failures: string[] = [];
try {
  const report = await runKills(kills, seed, (kill) => {
    if (kill % 25 === 0) console.log(`  ${kill} kills in ${Math.round((performance.now() - begun) / 1000)} s`);
  });
  const [before, after] = report.heapBytes;
  console.log(
    `Killed: ${report.kills.engine} times the engine, ${report.kills.window} times the window; while ${JSON.stringify(report.phases)}.`,
  );
  console.log(`${report.conversations} conversations open. Heap: ${(before / 1e6).toFixed(1)} MB, then ${(after / 1e6).toFixed(1)} MB.`);
  if (after > before * (1 + mostGrowth)) failures.push('the heap has grown');
} catch (error) {
  failures.push(error instanceof Error ? error.message : String(error));
}
for (const failure of failures) console.log(`  ✘ ${failure}`);
console.log(`\n${failures.length === 0 ? 1 : 0} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
