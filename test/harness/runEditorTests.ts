/**
 * Runs the `editor` suite inside the real extension host of code-server: opens the workbench with Lemma as the
 * extension under development and the bundled tests beside it, shows their report while it grows, and ends with
 * the exit code that VS Code itself gives.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, watchFile, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchBrowser } from './browser.ts';
import { fromEnvironment, startServer } from './server.ts';
import { repositoryRoot, tinyModelSettings } from './settings.ts';
import { workbenchUrl } from './workbench.ts';

const out = path.join(repositoryRoot, 'out');
const report = path.join(out, 'report-editor.txt');
const folder = mkdtempSync(path.join(tmpdir(), 'lemma-workspace-'));
writeFileSync(report, '');
let shown = 0;
const show = (): void => {
  const text = readFileSync(report, 'utf8');
  process.stdout.write(text.slice(shown));
  shown = text.length;
};
watchFile(report, { interval: 200, persistent: false }, show);

// Some of the tests, by their titles.
const grep: Record<string, string> = process.env.LEMMA_GREP === undefined ? {} : { LEMMA_GREP: process.env.LEMMA_GREP };
const server = await startServer({
  extension: 'development',
  settings: tinyModelSettings,
  env: { LEMMA_RESULTS: fromEnvironment('LEMMA_RESULTS'), LEMMA_REPORT: report, LEMMA_REPOSITORY: repositoryRoot, ...grep },
});
const browser = await launchBrowser();
try {
  const exitCode = new Promise<number>((resolve, reject) => {
    // The workbench calls these two when its extension tests print or end, as @vscode/test-web reads them.
    const exposed = browser.page
      .exposeFunction('codeAutomationExit', (code: number) => resolve(code))
      .then(() => browser.page.exposeFunction('codeAutomationLog', () => undefined))
      .then(() =>
        browser.page.goto(
          workbenchUrl(server, { folder, development: true, tests: process.env.LEMMA_HOST_ENTRY ?? path.join(out, 'editor/index.cjs') }),
        ),
      );
    exposed.catch(reject);
    browser.page.once('crash', () => reject(new Error('The page of the workbench crashed.')));
  });
  process.exitCode = await exitCode;
  show();
} finally {
  await browser.shot('editor-end');
  writeFileSync(path.join(out, 'editor-console.log'), browser.consoleLines.join('\n'));
  writeFileSync(path.join(out, 'editor-server.log'), server.log());
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (!existsSync(fromEnvironment('LEMMA_RESULTS')))
  process.stdout.write('The extension host ended its tests without a result; see out/editor-console.log.\n');
