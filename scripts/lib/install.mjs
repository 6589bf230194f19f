/** The project's own dependencies, installed when they are missing or older than the lock file. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './places.mjs';
import { PlainError, step } from './progress.mjs';
import { npm } from './run.mjs';

const oldestNode = [20, 12];

/** Runs `npm ci` where needed. @throws {PlainError} when Node is too old or the installation fails */
export async function ensureDependencies() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    throw new PlainError(
      `Lemma is built with Node ${oldestNode.join('.')} or later, and this is Node ${process.versions.node}. Install a newer one and run this again.`,
    );
  }
  if (isInstalled()) return;
  // No package needs its install script: the native binaries come as packages, and node-llama-cpp's would compile llama.cpp.
  await step('Installing the dependencies (npm ci)', () =>
    npm('Installing the dependencies', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root }),
  );
}

/**
 * npm leaves a copy of the lock in node_modules, which holds the versions that are really there. Comparing versions
 * rather than times keeps a checkout, which touches the lock, from installing everything again.
 */
function isInstalled() {
  const hidden = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || entry.devOptional || entry.peer || present[name]?.version === entry.version,
  );
}
