/**
 * A real VS Code without a desktop: code-server is VS Code's own workbench and extension host, served over http.
 * It comes from npm, is compiled for Node 24 and takes about two minutes and 800 MB the first time.
 */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installDebianPackages } from './debian.mjs';
import { fetchedNode24 } from './node24.mjs';
import { installOnce } from './places.mjs';
import { PlainError, step } from './progress.mjs';
import { npm } from './run.mjs';

/** VS Code 1.139.1. */
export const codeServerVersion = '4.139.1';

/** Compiler and headers for VS Code's native modules (kerberos, native-keymap, argon2 and others). */
const buildPackages = [
  'g++',
  'make',
  'python3',
  'pkg-config',
  'ca-certificates',
  'libkrb5-dev',
  'libsecret-1-dev',
  'libx11-dev',
  'libxkbfile-dev',
];

/**
 * code-server, installed on first use and kept in `.vscode-test/`.
 * @returns {Promise<{ node: string, entry: string }>} the Node it must run on, and its main script
 * @throws {PlainError} where it cannot be installed
 */
export async function ensureCodeServer() {
  if (process.platform === 'win32') {
    throw new PlainError('code-server does not run on Windows. Install VS Code for the desktop, or run this in WSL.');
  }
  const { binary, home } = await fetchedNode24();
  const folder = await installOnce('code-server', codeServerVersion, async (into) => {
    await installDebianPackages(buildPackages);
    await step(`Installing code-server ${codeServerVersion}, once, about two minutes`, () => installFromNpm(into, binary, home));
  });
  return { node: binary, entry: entryIn(folder) };
}

async function installFromNpm(into, nodeBinary, nodeHome) {
  // npm 11 runs the install scripts of the packages that are named here; earlier ones run all and ignore the field.
  const manifest = {
    private: true,
    dependencies: { 'code-server': codeServerVersion },
    allowScripts: { 'code-server': true, argon2: true },
  };
  writeFileSync(path.join(into, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  // Needed here alone, for a tool of the tests: the project's .npmrc turns scripts off, and npm run hands that on.
  // Native modules are compiled against the headers of the very Node that will run them, without another download.
  await npm('Installing code-server', ['install', '--ignore-scripts=false', '--no-audit', '--no-fund'], {
    cwd: into,
    nodeBinary,
    extra: { npm_config_nodedir: nodeHome },
  });
  if (!existsSync(entryIn(into)) || !existsSync(path.join(into, 'node_modules/code-server/lib/vscode/node_modules'))) {
    throw new PlainError(
      'npm installed code-server without running its install script. Allow the scripts of code-server and argon2 in npm’s settings and run this again.',
    );
  }
}

function entryIn(folder) {
  return path.join(folder, 'node_modules/code-server/out/node/entry.js');
}
