/** The packages of CUDA support, with their sums as package-lock.json pins them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './places.mjs';

/**
 * A platform is in it only when all its packages are pinned at the version of node-llama-cpp: what is fetched on a user's
 * computer can then be checked against what this repository was built and tested with.
 * @returns {Record<string, { name: string, version: string, integrity: string }[]>} by `linux-x64`, `win-x64`
 */
export function cudaPacks() {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const { version } = packages['node_modules/node-llama-cpp'];
  const pinned = (name) => {
    const entry = packages[`node_modules/${name}`];
    return entry?.version === version && entry.integrity?.startsWith('sha512-') ? [{ name, version, integrity: entry.integrity }] : [];
  };
  const platforms = ['linux-x64', 'win-x64'].map((platform) => {
    const names = [`@node-llama-cpp/${platform}-cuda`, `@node-llama-cpp/${platform}-cuda-ext`];
    return [platform, names.flatMap(pinned), names.length];
  });
  return Object.fromEntries(platforms.filter(([, packs, all]) => packs.length === all));
}
