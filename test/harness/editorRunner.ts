/**
 * What VS Code calls inside its extension host for the `editor` suite (`extensionTestsPath`): the same `run()`
 * contract in code-server and in desktop VS Code. Bundled into `out/editor/index.cjs` with `tests.cjs` beside it.
 *
 * Counts go to the file named by LEMMA_RESULTS. The host's own output is not seen outside, so every line of the
 * report also goes to LEMMA_REPORT.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

/** Runs all editor tests. Rejects when one failed, which VS Code turns into exit code 1. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, forbidOnly: true, forbidPending: true });
  if (process.env.LEMMA_GREP) mocha.grep(new RegExp(process.env.LEMMA_GREP));
  mocha.addFile(path.join(__dirname, 'tests.cjs'));
  const result = {
    passed: 0,
    failed: 0,
    node: process.version,
    passes: [] as string[],
    failures: [] as { title: string; error: string }[],
  };
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', (test) => {
      result.passed++;
      result.passes.push(test.fullTitle());
      report(`  ✔ ${test.fullTitle()} (${test.duration ?? 0}ms)`);
    });
    runner.on('fail', (test, error: Error) => {
      result.failed++;
      result.failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
      report(`  ✘ ${test.fullTitle()}\n${error.stack ?? String(error)}`);
    });
  });
  if (process.env.LEMMA_RESULTS) writeFileSync(process.env.LEMMA_RESULTS, JSON.stringify(result));
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.passed + result.failed} editor tests failed.`);
}

function report(line: string): void {
  if (process.env.LEMMA_REPORT) appendFileSync(process.env.LEMMA_REPORT, `${line}\n`);
}
