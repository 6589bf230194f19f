/**
 * Runs the `editor` suite in desktop VS Code by @vscode/test-electron: the one that VSCODE_EXECUTABLE names, else
 * the current stable version, downloaded into `.vscode-test/` once. Same bundle and same `run()` as in code-server.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { newRuntimeFolder } from '../../scripts/lib/ownRuntime.ts';
import { fromEnvironment } from '../harness/server.ts';
import { quietSettings, repositoryRoot, tinyModelSettings } from '../harness/settings.ts';
import { desktopExecutable } from './executable.ts';

const results = fromEnvironment('LEMMA_RESULTS');
const executable = await desktopExecutable(process.env).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
const folder = mkdtempSync(path.join(tmpdir(), 'lemma-desktop-'));
const userSettings = path.join(folder, 'data/User');
mkdirSync(userSettings, { recursive: true });
writeFileSync(path.join(userSettings, 'settings.json'), JSON.stringify({ ...quietSettings, ...tinyModelSettings }));
const workspace = path.join(folder, 'workspace');
mkdirSync(workspace);
const args = [workspace, '--user-data-dir', path.join(folder, 'data'), '--extensions-dir', path.join(folder, 'extensions')];
args.push('--disable-extensions', '--disable-workspace-trust', '--disable-telemetry', '--skip-welcome', '--skip-release-notes');
// Electron refuses to start as root with its sandbox, and without one it needs a display anyway.
if (process.getuid?.() === 0) args.push('--no-sandbox');
try {
  process.exitCode = await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: repositoryRoot,
    extensionTestsPath: path.join(repositoryRoot, 'out/editor/index.cjs'),
    launchArgs: args,
    extensionTestsEnv: {
      LEMMA_RESULTS: results,
      LEMMA_REPORT: path.join(repositoryRoot, 'out/report-desktop.txt'),
      LEMMA_REPOSITORY: repositoryRoot,
      // Not the inference process that the user's own windows share.
      LEMMA_RUNTIME_DIR: newRuntimeFolder(),
    },
  });
} catch (error) {
  process.stderr.write(`VS Code ended its tests with an error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
if (!existsSync(results))
  process.stderr.write(`Desktop VS Code at ${executable} gave no result. On a machine without a display, run this under xvfb-run.\n`);
