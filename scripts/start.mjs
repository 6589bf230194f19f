/**
 * `npm start`: opens a real VS Code with Lemma in it, on the tiny model of the tests and a copy of samples/.
 * Desktop VS Code where there is one (VSCODE_EXECUTABLE, or `code` on the PATH), else code-server in a browser.
 * `npm start -- --server` takes code-server anyway; `-- --model FILE.gguf` takes a real model.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onPath } from './lib/chromium.mjs';
import { ensureDependencies } from './lib/install.mjs';
import { root, tinyModel } from './lib/places.mjs';
import { PlainError, runMain, say, step } from './lib/progress.mjs';
import { cleanEnv, run, start } from './lib/run.mjs';

await runMain(async () => {
  const at = process.argv.indexOf('--model');
  const model = at < 0 ? tinyModel : path.resolve(process.argv[at + 1] ?? '');
  if (!existsSync(model))
    throw new PlainError(`There is no file ${model}. Name a GGUF file after --model, or leave it out for the tiny test model.`);
  await ensureDependencies();
  const { build } = await import('../esbuild.js');
  await step('Building Lemma', () => build({ quiet: true }));

  const workspace = path.join(mkdtempSync(path.join(tmpdir(), 'lemma-start-')), 'samples');
  cpSync(path.join(root, 'samples'), workspace, { recursive: true });
  process.once('exit', () => rmSync(path.dirname(workspace), { recursive: true, force: true }));

  const settings = {
    'lemma.model.path': model,
    ...(model === tinyModel ? { 'lemma.model.gpu': 'cpu' } : {}),
  };
  const desktop = process.argv.includes('--server') ? undefined : (process.env.VSCODE_EXECUTABLE ?? onPath(['code']));
  if (desktop) await openDesktop(desktop, workspace, settings, model);
  else await openServer(workspace, settings, model);
});

/** Opens desktop VS Code with throw-away user data, and waits until its window is closed. */
async function openDesktop(executable, workspace, settings, model) {
  const data = path.join(path.dirname(workspace), 'data');
  mkdirSync(path.join(data, 'User'), { recursive: true });
  writeFileSync(path.join(data, 'User/settings.json'), JSON.stringify({ 'workbench.startupEditor': 'none', ...settings }, null, 2));
  const args = ['--new-window', '--wait', '--user-data-dir', data, '--extensions-dir', path.join(path.dirname(workspace), 'extensions')];
  args.push('--disable-workspace-trust', `--extensionDevelopmentPath=${root}`, workspace, path.join(workspace, 'problem.md'));
  say(`Opening ${executable}.`);
  explain(model, undefined);
  const { code, output } = await run(executable, args, { env: cleanEnv() });
  if (code !== 0)
    throw new PlainError(
      `${output}\nVS Code at ${executable} ended with code ${code}. Try «npm start -- --server» to use a browser instead.`,
    );
}

/** Starts code-server and stays until Ctrl+C. */
async function openServer(workspace, settings, model) {
  const { ensureCodeServer } = await import('./lib/codeServer.mjs');
  const { modernNode } = await import('./lib/node24.mjs');
  const { node, entry } = await ensureCodeServer();
  const child = start(await modernNode(), [path.join(root, 'test/harness/serve.ts'), workspace, JSON.stringify(settings)], {
    cwd: root,
    env: cleanEnv({ extra: { LEMMA_CODE_SERVER: entry, LEMMA_CODE_SERVER_NODE: node } }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (line) => explain(model, String(line).trim()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new PlainError(`code-server ended with code ${code}; its last words are above.`);
}

function explain(model, address) {
  console.log('');
  if (address) console.log(`  Lemma is open at ${address}\n`);
  if (model === tinyModel) {
    console.log('  It runs on a tiny test model: real in every part, but it only plays a few small tasks, and what it says about');
    console.log('  hard problems means nothing. For GLM-Z1, get GLM-Z1-9B-0414-Q4_K_M.gguf (6.2 GB) and either run');
    console.log('    npm start -- --model /path/to/GLM-Z1-9B-0414-Q4_K_M.gguf');
    console.log('  or run «Lemma: Choose Model File…» in the palette (F1).\n');
  }
  console.log('  Put the cursor into a problem of problem.md and press Ctrl+K L (Cmd+K L on a Mac) to solve it,');
  console.log('  or Ctrl+K H in a function of poly.py to have it explained.');
  console.log(address ? '\n  Ctrl+C here stops everything.\n' : '\n  Closing its window ends this.\n');
}
