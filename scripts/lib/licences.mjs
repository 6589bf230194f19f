/** The licences of what is inside the bundles, as they ask for. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './places.mjs';

/**
 * @param {Iterable<string>} inputs bundled files, relative to the repository
 * @returns {string} one section per package, in the order of their names
 */
export function licencesOf(inputs) {
  const packages = new Set();
  for (const file of inputs) {
    const inPackage = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll('\\', '/'));
    if (inPackage?.[1]) packages.add(inPackage[1]);
  }
  return [...packages].sort().map(section).join('\n\n');
}

function section(folder) {
  const manifest = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
  const file = readdirSync(path.join(root, folder)).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  const text =
    file && existsSync(path.join(root, folder, file))
      ? readFileSync(path.join(root, folder, file), 'utf8').trim()
      : `Licence: ${manifest.license}`;
  return `${'='.repeat(80)}\n${manifest.name} ${manifest.version}\n${'='.repeat(80)}\n\n${text}\n`;
}
