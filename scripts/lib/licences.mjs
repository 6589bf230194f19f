/** The licences of what is inside the bundles and inside native code, as they ask for. Packages beside them have their own. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './places.mjs';

/** Compiled into the libraries of @node-llama-cpp, whose licence does not name them. All are under the MIT licence. */
const native = {
  'llama.cpp and ggml': 'Copyright (c) 2023-2026 The ggml authors',
  'JSON for Modern C++': 'Copyright (c) 2013-2025 Niels Lohmann',
  'cpp-httplib': 'Copyright (c) 2017 yhirose',
};

/** Shipped beside the bundles, without a file of their licence. */
const withoutText = ['simple-git', '@simple-git/argv-parser'];

/**
 * @param {Iterable<string>} inputs bundled files, relative to the repository
 * @returns {string} one section per package, in the order of their names, and then those of native code
 */
export function licencesOf(inputs) {
  const packages = new Set();
  for (const file of inputs) {
    const inPackage = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll('\\', '/'));
    if (inPackage?.[1]) packages.add(inPackage[1]);
  }
  for (const name of withoutText) packages.add(`node_modules/${name}`);
  return [...[...packages].sort().map(section), ...Object.entries(native).map(nativeSection)].join('\n\n');
}

function nativeSection([name, copyright]) {
  const mit = readFileSync(path.join(root, 'node_modules/node-llama-cpp/LICENSE'), 'utf8').trim();
  return `${'='.repeat(80)}\n${name}, inside @node-llama-cpp\n${'='.repeat(80)}\n\n${mit.replace(/^Copyright .*$/m, copyright)}\n`;
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
