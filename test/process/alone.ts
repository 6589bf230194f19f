/** Tests that need a process of their own: a file of them is run by a second mocha, and its results are this one's. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

interface MochaReport {
  readonly stats: { readonly passes: number; readonly failures: number };
  readonly passes: readonly { readonly title: string }[];
  readonly failures: readonly {
    readonly title: string;
    readonly fullTitle: string;
    readonly err: { readonly message?: string; readonly stack?: string };
  }[];
}

const root = path.join(import.meta.dirname, '../..');

/** Declares the tests of a file under their titles. */
export function runAlone(file: string, titles: readonly string[]): void {
  let report: MochaReport;
  before(async () => {
    const args = [path.join(root, 'node_modules/mocha/bin/mocha.js'), '--reporter', 'json', path.join(import.meta.dirname, file)];
    const run = promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 });
    // A failed test is an exit code other than 0; what the engine writes stands before the report.
    const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
    report = JSON.parse(stdout.slice(stdout.indexOf('{\n  "stats"'))) as MochaReport;
  });
  it('is run whole', () => {
    const failures = report.failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.stack ?? err.message ?? ''}`);
    assert.deepEqual(failures, []);
    assert.deepEqual(report.passes.map(({ title }) => title).toSorted(), [...titles].toSorted());
  });
  for (const title of titles) {
    it(title, () => assert.ok(report.passes.some((passed) => passed.title === title)));
  }
}
