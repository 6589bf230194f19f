/**
 * The suites of `npm test`, each from its needs to its counts. They run on a Node of VS Code's own age, whatever
 * Node runs this script.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { ensureCodeServer } from './codeServer.mjs';
import { modernNode } from './node24.mjs';
import { outFolder, root } from './places.mjs';
import { cleanEnv, mustRun, run } from './run.mjs';

/** Only there to end a suite that hangs; the slowest takes some minutes, on a machine with other work a quarter of an hour. */
const suiteLimitMs = 40 * 60_000;

/** @typedef {{ passed: number, failed: number, why?: string }} Result */

/** @type {Record<string, () => Promise<Result>>} in the order of `npm test`; `faults` and `desktop` only when asked for */
export const suites = {
  static: staticChecks,
  unit: () => mocha('unit'),
  process: () => mocha('process', {}, 2),
  browser: async () => {
    // Here, since nothing of esbuild is installed yet when this file is read.
    const { buildPanel } = await import('./panelBundle.mjs');
    await buildPanel();
    return mocha('browser', { LEMMA_CHROMIUM: await findChromium(), LEMMA_PANEL_BUILT: '1' }, 2);
  },
  editor: async () => harnessRun('editor', 'test/harness/runEditorTests.ts', await workbenchEnv()),
  e2e: async () => mocha('e2e', await workbenchEnv(), 2),
  faults: async () => mocha('faults', await workbenchEnv()),
  vsix: async () => mocha('vsix', { ...(await workbenchEnv()), LEMMA_VSIX: await packageForTest() }),
  desktop: () => harnessRun('desktop', 'test/desktop/runDesktopTests.ts', { VSCODE_EXECUTABLE: process.env.VSCODE_EXECUTABLE }),
};

/**
 * The suites that `npm test` runs. Desktop VS Code needs a download that not every machine can make; killing windows and
 * extension hosts takes some ten minutes of waiting for VS Code to notice.
 */
export const defaultSuites = Object.keys(suites).filter((name) => name !== 'desktop' && name !== 'faults');

/** The suites that need what `workbenchEnv` installs. */
export const workbenchSuites = ['editor', 'e2e', 'faults', 'vsix'];

/** @type {Promise<Record<string, string>> | undefined} */
let workbench;

/**
 * What the harness in test/harness/ needs to know: the server, its Node and the browser. Called early, it installs them
 * while other suites run, which leave a core idle.
 */
export function workbenchEnv() {
  workbench ??= ensureCodeServer().then(async ({ node, entry }) => ({
    LEMMA_CODE_SERVER: entry,
    LEMMA_CODE_SERVER_NODE: node,
    LEMMA_CHROMIUM: await findChromium(),
  }));
  return workbench;
}

async function staticChecks() {
  const node = await modernNode();
  const bin = (file) => path.join(root, 'node_modules', file);
  const checks = [
    ['Types', [bin('typescript/bin/tsc'), '-b']],
    ['Lint', [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0']],
    ['Format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ];
  const result = { passed: 0, failed: 0 };
  // Each takes one core.
  const check = async ([name, args]) => {
    const { code, output } = await run(node, args, { cwd: root, env: cleanEnv({ nodeBinary: node }) });
    process.stdout.write(output);
    console.log(code === 0 ? `  ✔ ${name}` : `  ✘ ${name}`);
    if (code === 0) result.passed++;
    else result.failed++;
  };
  await Promise.all(checks.map(check));
  return result;
}

/** @param jobs files at a time: each has its own browser, server or engine, which wait more than they work */
async function mocha(suite, extra = {}, jobs = 1) {
  const args = [path.join(root, 'node_modules/mocha/bin/mocha.js'), '--reporter', path.join(root, 'test/harness/reporter.cjs')];
  // With CI set, mocha writes colour codes into files too.
  if (!process.stdout.isTTY) args.push('--no-color');
  if (jobs > 1) args.push('--parallel', '--jobs', String(jobs));
  return counted(suite, [...args, `test/${suite}/**/*.test.ts`], extra);
}

/**
 * Runs some tests of a suite, by parts of their titles.
 * @param {string} suite
 * @param {readonly import('./faults.mjs').FaultTest[]} tests
 * @returns {Promise<{ passes: string[], failures: string[], why?: string }>} full titles
 */
export async function selectedTests(suite, tests) {
  const titles = [...new Set(tests.map(({ title }) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))].join('|');
  const files = [...new Set(tests.map(({ file }) => `test/${suite}/${file}.test.ts`))];
  const bin = path.join(root, 'node_modules/mocha/bin/mocha.js');
  const reporter = path.join(root, 'test/harness/reporter.cjs');
  const needsWorkbench = workbenchSuites.includes(suite);
  const extra = needsWorkbench ? await workbenchEnv() : suite === 'browser' ? { LEMMA_CHROMIUM: await findChromium() } : {};
  const args =
    suite === 'editor'
      ? [path.join(root, 'test/harness/runEditorTests.ts')]
      : [bin, '--reporter', reporter, ...(process.stdout.isTTY ? [] : ['--no-color']), '--grep', `/${titles}/`, ...files];
  const { why } = await counted(suite, args, { ...extra, LEMMA_GREP: titles });
  const results = resultsFile(suite);
  if (!existsSync(results)) return { passes: [], failures: [], ...(why ? { why } : {}) };
  const { passes = [], failures = [] } = JSON.parse(readFileSync(results, 'utf8'));
  return { passes, failures: failures.map(({ title }) => title), ...(why ? { why } : {}) };
}

/** @param {string} suite */
function resultsFile(suite) {
  return path.join(outFolder, `results-${suite}.json`);
}

async function harnessRun(suite, script, extra) {
  return counted(suite, [path.join(root, script)], extra);
}

/** Runs a suite that writes its counts to the file named by LEMMA_RESULTS. No counts, or none passed, is a failure. */
async function counted(suite, args, extra) {
  mkdirSync(outFolder, { recursive: true });
  const results = resultsFile(suite);
  rmSync(results, { force: true });
  const node = await modernNode();
  const env = cleanEnv({ nodeBinary: node, extra: { ...extra, LEMMA_RESULTS: results } });
  const { code, timedOut } = await run(node, args, { cwd: root, show: true, env, limitMs: suiteLimitMs });
  if (timedOut) return { passed: 0, failed: 1, why: `it did not end within ${suiteLimitMs / 60_000} minutes` };
  if (!existsSync(results)) return { passed: 0, failed: 1, why: `it ended with code ${code} before it had a result` };
  const { passed, failed } = JSON.parse(readFileSync(results, 'utf8'));
  if (failed === 0 && passed === 0) return { passed, failed: 1, why: 'it has no tests' };
  if (failed === 0 && code !== 0) return { passed, failed: 1, why: `its tests passed, but it ended with code ${code}` };
  return { passed, failed };
}

async function packageForTest() {
  const vsix = path.join(outFolder, 'lemma.vsix');
  await mustRun('Packaging the VSIX', process.execPath, [path.join(root, 'scripts/package.mjs'), '--out', vsix], { cwd: root, show: true });
  return vsix;
}
