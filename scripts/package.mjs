/**
 * Makes the VSIX of one platform: `npm run package -- [--target linux-x64] [--out FILE]`.
 * Beside it lies its bill of materials, `FILE.cdx.json` (CycloneDX). The same source gives the same bytes.
 * It carries the processor and the Vulkan or Metal build of the engine; CUDA is a pack of its own.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureDependencies } from './lib/install.mjs';
import { modernNode } from './lib/node24.mjs';
import { outFolder, root } from './lib/places.mjs';
import { PlainError, runMain, say, step } from './lib/progress.mjs';
import { cleanEnv, mustRun, npm, run } from './lib/run.mjs';
import { billOfMaterials, shippedPackages } from './lib/sbom.mjs';
import { zipEntries } from './lib/zip.mjs';

/** Target of vsce -> packages of native code, and what npm calls that platform. */
const targets = {
  'linux-x64': { packages: ['linux-x64', 'linux-x64-vulkan'], os: 'linux', cpu: 'x64' },
  'linux-arm64': { packages: ['linux-arm64'], os: 'linux', cpu: 'arm64' },
  'darwin-x64': { packages: ['mac-x64'], os: 'darwin', cpu: 'x64' },
  'darwin-arm64': { packages: ['mac-arm64-metal'], os: 'darwin', cpu: 'arm64' },
  'win32-x64': { packages: ['win-x64', 'win-x64-vulkan'], os: 'win32', cpu: 'x64' },
  'win32-arm64': { packages: ['win-arm64'], os: 'win32', cpu: 'arm64' },
};

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

await runMain(async () => {
  const target = option('target') ?? `${process.platform}-${process.arch}`;
  const platform = targets[target];
  if (!platform) throw new PlainError(`There is no engine for ${target}. The targets are ${Object.keys(targets).join(', ')}.`);
  await ensureDependencies();
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const vsix = path.resolve(option('out') ?? path.join(root, `lemma-${target}-${version}.vsix`));
  mkdirSync(path.dirname(vsix), { recursive: true });

  const present = platform.packages.every((name) => existsSync(path.join(root, 'node_modules/@node-llama-cpp', name)));
  const folder = present ? root : await otherPlatform(target, platform);
  const ignoreFile = path.join(outFolder, `vscodeignore-${target}`);
  mkdirSync(outFolder, { recursive: true });
  const allowed = readFileSync(path.join(root, '.vscodeignore'), 'utf8');
  const narrowed = allowed.replace(
    /^!node_modules\/@node-llama-cpp\/.*$/m,
    platform.packages.map((name) => `!node_modules/@node-llama-cpp/${name}/**`).join('\n'),
  );
  if (narrowed === allowed)
    throw new PlainError('.vscodeignore has no line for the native packages any more, so the VSIX cannot be narrowed to its platform.');
  writeFileSync(ignoreFile, narrowed);

  const date = await sourceDate();
  const node = await modernNode();
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const args = [
    'package',
    '--target',
    target,
    '--out',
    vsix,
    '--ignoreFile',
    ignoreFile,
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
  ];
  await step(`Packaging for ${target}`, () =>
    mustRun('Packaging', node, [vsce, ...args], {
      cwd: folder,
      // The same source makes the same bytes: one time for every file, in one order. Zip has the time of the place.
      env: cleanEnv({ nodeBinary: node, extra: { SOURCE_DATE_EPOCH: String(date.getTime() / 1000), TZ: 'UTC', LC_ALL: 'C' } }),
    }),
  );
  const files = zipEntries(readFileSync(vsix)).map(({ name }) => name.replace(/^extension\//, ''));
  writeFileSync(`${vsix}.cdx.json`, await billOfMaterials(shippedPackages(files, folder), date));
  say(`${path.relative(process.cwd(), vsix)}: ${(statSync(vsix).size / 1e6).toFixed(1)} MB`);
});

/** SOURCE_DATE_EPOCH, else that of the last commit, else a fixed one. */
async function sourceDate() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && /^\d+$/.test(given)) return new Date(Number(given) * 1000);
  const { code, output } = await run('git', ['log', '-1', '--format=%ct'], { cwd: root }).catch(() => ({ code: 1, output: '' }));
  return new Date(code === 0 && /^\d+\s*$/.test(output) ? Number(output) * 1000 : Date.UTC(2026, 0, 1));
}

/** A copy of what is packaged with the dependencies of another platform beside it, since npm installed only this one's. */
async function otherPlatform(target, { os, cpu }) {
  const folder = path.join(outFolder, `package-${target}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { build } = await import('../esbuild.js');
  await step('Building', () => build({ production: true, quiet: true }));
  for (const name of ['package-lock.json', 'package.nls.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'l10n', 'media', 'docs', 'dist']) {
    if (existsSync(path.join(root, name))) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  // Built already, and its tools are not installed in the copy.
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  delete manifest.scripts['vscode:prepublish'];
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  await step(`Installing the engine for ${target}`, () =>
    npm('Installing the engine', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', `--os=${os}`, `--cpu=${cpu}`], {
      cwd: folder,
    }),
  );
  return folder;
}
