/** See `scripts/fuzz.mjs`. */
import { parseArgs } from 'node:util';
import { fuzzGguf } from '../../test/fuzz/ggufFuzz.ts';

const { values } = parseArgs({ options: { copies: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } } });
const copies = Number(values.copies);
const seed = Number(values.seed);
const begun = performance.now();
// The engine's process is no reason for this one to stay while it is awaited.
const awake = setInterval(() => undefined, 60_000);
console.log(`${copies} damaged copies from the seed ${seed} on.`);
const { outcomes, failures } = await fuzzGguf(copies, seed, (done) => {
  if (done % 250 === 0) console.log(`  ${done} in ${Math.round((performance.now() - begun) / 1000)} s`);
});
clearInterval(awake);
for (const [outcome, count] of [...outcomes].sort(([, one], [, other]) => other - one)) console.log(`  ${count} ${outcome}`);
for (const failure of failures) console.log(`  ✘ ${failure}`);
console.log(`\n${copies - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
