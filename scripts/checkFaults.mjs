/**
 * `npm run check:faults`: causes each fault of docs/reliability.md once, by the tests that its table names, and ends with
 * `N passed, N failed`. `node scripts/checkFaults.mjs 21 32` for some of them.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { faultsIn } from './lib/faults.mjs';
import { ensureDependencies } from './lib/install.mjs';
import { modernNode } from './lib/node24.mjs';
import { root } from './lib/places.mjs';
import { PlainError, runMain, say, step } from './lib/progress.mjs';

await runMain(async () => {
  await ensureDependencies();
  await modernNode();
  const all = faultsIn(readFileSync(path.join(root, 'docs/reliability.md'), 'utf8'));
  const asked = process.argv.slice(2).map(Number);
  const faults = asked.length > 0 ? all.filter(({ number }) => asked.includes(number)) : all;
  if (faults.length === 0) throw new PlainError(`There is no such fault. The numbers are 1 to ${all.length}.`);
  const { build, buildEditorTests } = await import('../esbuild.js');
  const { suites, selectedTests } = await import('./lib/suites.mjs');
  await step('Building', () => build({ quiet: true }));
  /** Titles of the tests that passed and failed. */
  const found = { passes: [], failures: [] };
  for (const suite of Object.keys(suites)) {
    const tests = faults.flatMap((fault) => fault.tests.filter((test) => test.suite === suite));
    if (tests.length === 0) continue;
    console.log(`\n── ${suite} ${'─'.repeat(70 - suite.length)}\n`);
    if (suite === 'editor') await buildEditorTests();
    const { passes, failures, why } = await selectedTests(suite, tests);
    if (why) say(`${suite}: ${why}`);
    found.passes.push(...passes.map((title) => `${suite} ${title}`));
    found.failures.push(...failures.map((title) => `${suite} ${title}`));
  }
  console.log('\n── faults ─────────────────────────────────────────────────────────────\n');
  let failed = 0;
  for (const { number, name, tests } of faults) {
    const is = (title, test) => title.startsWith(`${test.suite} `) && title.includes(test.title);
    const bad = tests.filter((test) => found.failures.some((title) => is(title, test)) || !found.passes.some((title) => is(title, test)));
    console.log(`  ${bad.length === 0 ? '✔' : '✘'} ${String(number).padStart(2)} ${name}`);
    for (const test of tests) console.log(`       ${bad.includes(test) ? '✘' : '·'} ${test.suite}/${test.file}: ${test.title}`);
    if (bad.length > 0) failed++;
  }
  console.log(`\n${faults.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});
