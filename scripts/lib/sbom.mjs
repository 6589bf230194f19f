/** The software bill of materials of a package: CycloneDX, as npm writes it, less what is not shipped. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './places.mjs';
import { npm } from './run.mjs';

/** Of a path below `node_modules`, the innermost package's folder. */
const packageFolder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/**
 * @param {Iterable<string>} files of the package
 * @param {string} folder that they come from
 * @returns {string[]} `name@version` of all that is inside the bundles or beside them
 */
export function shippedPackages(files, folder) {
  const found = new Set();
  for (const file of files) {
    const match = packageFolder.exec(file);
    if (match) found.add(path.join(folder, match[1]));
  }
  for (const meta of readdirSync(path.join(root, 'dist')).filter((name) => /^meta-\w+\.json$/.test(name))) {
    for (const file of Object.keys(JSON.parse(readFileSync(path.join(root, 'dist', meta), 'utf8')).inputs)) {
      const match = packageFolder.exec(file.replaceAll('\\', '/'));
      if (match) found.add(path.join(root, match[1]));
    }
  }
  const named = [...found].map((each) => JSON.parse(readFileSync(path.join(each, 'package.json'), 'utf8')));
  return [...new Set(named.map(({ name, version }) => `${name}@${version}`))].sort();
}

/**
 * @param {readonly string[]} shipped as `shippedPackages` gives them
 * @param {Date} date the same for the same source
 * @returns {Promise<string>} JSON
 */
export async function billOfMaterials(shipped, date) {
  const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
  const bill = JSON.parse(await npm('Writing the bill of materials', args, { cwd: root }));
  const kept = new Set(shipped);
  // A random number and the clock would differ each time.
  delete bill.serialNumber;
  bill.metadata.timestamp = date.toISOString();
  bill.metadata.component.name = 'lemma';
  const own = bill.metadata.component['bom-ref'];
  // What is bundled is a development dependency to npm, and no less shipped.
  bill.components = bill.components.filter((each) => kept.has(each['bom-ref'])).map((each) => ({ ...each, scope: 'required' }));
  bill.dependencies = bill.dependencies
    .filter(({ ref }) => ref === own || kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((on) => kept.has(on)) }));
  return `${JSON.stringify(bill, null, 2)}\n`;
}
