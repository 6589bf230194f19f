/**
 * Runs the suites: `npm test`, or `node scripts/test.mjs unit e2e` for some of them.
 * Installs and builds what they need, runs all of them even when one fails, and ends with
 * `N passed, N failed` on a line of its own and exit code 1 when anything failed.
 */
import { ensureDependencies } from './lib/install.mjs';
import { modernNode } from './lib/node24.mjs';
import { PlainError, elapsed, runMain, say, seconds, step } from './lib/progress.mjs';

await runMain(async () => {
  await ensureDependencies();
  await modernNode();
  const { build, buildEditorTests } = await import('../esbuild.js');
  const { defaultSuites, suites, workbenchEnv, workbenchSuites } = await import('./lib/suites.mjs');

  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in suites));
  if (unknown.length > 0)
    throw new PlainError(`There is no suite ${unknown.join(', ')}. The suites are ${Object.keys(suites).join(', ')}.`);
  const names = asked.length > 0 ? asked : defaultSuites;

  const results = [];
  const needsBuild = (name) => name !== 'static' && name !== 'unit';
  let built = true;
  if (names.some(needsBuild)) {
    built = await step('Building', () => build({ quiet: true })).then(
      () => true,
      () => false, // esbuild has printed what is wrong.
    );
    if (!built) results.push({ name: 'build', passed: 0, failed: 1, why: 'the suites that need it were not run', ms: 0 });
  }
  // The suite that waits for it tells of a failure.
  if (names.some((name) => workbenchSuites.includes(name))) workbenchEnv().catch(() => undefined);
  for (const name of names.filter((each) => built || !needsBuild(each))) {
    console.log(`\n── ${name} ${'─'.repeat(70 - name.length)}\n`);
    const begun = Date.now();
    try {
      if (name === 'editor' || name === 'desktop') await buildEditorTests();
      results.push({ name, ...(await suites[name]()), ms: Date.now() - begun });
    } catch (error) {
      console.error(error instanceof PlainError ? error.message : error);
      results.push({ name, passed: 0, failed: 1, why: 'it could not be run', ms: Date.now() - begun });
    }
    const { passed, failed, why, ms } = results.at(-1);
    say(`${name}: ${passed} passed, ${failed} failed in ${seconds(ms)}${why ? `; ${why}` : ''}`);
  }

  console.log(`\n── summary after ${elapsed()} ${'─'.repeat(50)}\n`);
  for (const { name, passed, failed, why, ms } of results) {
    console.log(
      `  ${failed ? '✘' : '✔'} ${name.padEnd(8)} ${String(passed).padStart(4)} passed ${String(failed).padStart(4)} failed  ${seconds(ms)}${why ? `  ${why}` : ''}`,
    );
  }
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
  if (total('failed') > 0) process.exitCode = 1;
});
