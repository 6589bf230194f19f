/**
 * Packs what measures the product on a machine with a GPU into one folder: `node test/bench/gpu/pack.mjs [FOLDER]`. It holds
 * Node, the extension as its VSIX for linux-x64 has it, the Vulkan loader from Debian, the tiny model (for its tokens), `llama-bench`
 * for the same libraries, and `measure.ts`. There, `sh run.sh` does the rest without network.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { modernNode } from '../../../scripts/lib/node24.mjs';
import { buildLlamaBench, buildWithLlama } from '../../../scripts/lib/llamaBench.mjs';
import { outFolder, root, tinyModel } from '../../../scripts/lib/places.mjs';
import { runMain, say, step } from '../../../scripts/lib/progress.mjs';
import { cleanEnv, mustRun } from '../../../scripts/lib/run.mjs';

await runMain(async () => {
  const folder = path.resolve(process.argv[2] ?? path.join(outFolder, 'gpu'));
  const inside = path.join(outFolder, 'gpu-unpacked');
  for (const each of [folder, inside]) rmSync(each, { recursive: true, force: true });
  for (const each of [folder, path.join(inside, 'lib')]) mkdirSync(each, { recursive: true });
  const vsix = path.join(outFolder, 'gpu.vsix');
  const node = await modernNode();
  await mustRun('Packaging', node, [path.join(root, 'scripts/package.mjs'), '--target', 'linux-x64', '--out', vsix], { cwd: root });
  await step('Unpacking the VSIX', () => mustRun('Unpacking', 'unzip', ['-q', vsix, 'extension/*', '-d', inside]));
  await bundle('gpu/measure.ts', path.join(folder, 'measure.mjs'));
  // Beside the library that it drives.
  await bundle('gpu/tokenCost.ts', path.join(inside, 'extension/dist/tokenCost.mjs'), { external: ['node-llama-cpp'] });
  // It looks for the inference process two folders above itself.
  await bundle('prefetch.ts', path.join(inside, 'extension/test/bench/prefetch.mjs'));
  copyFileSync(node, path.join(inside, 'node'));
  copyFileSync(tinyModel, path.join(inside, 'tiny.gguf'));
  const program = await step('Building llama-bench', () => buildLlamaBench('linux-x64-vulkan'));
  copyFileSync(program, path.join(inside, 'llama-bench'));
  const start = await buildWithLlama('linux-x64-vulkan', path.join(root, 'test/bench/start/llamaStart.cpp'));
  copyFileSync(start, path.join(inside, 'llama-start'));
  await step('Fetching the Vulkan loader', () => fetchLoader(path.join(inside, 'lib')));
  await step('Compressing', () =>
    mustRun('Compressing', 'tar', ['-cJf', path.join(folder, 'pack.tar.xz'), '-C', inside, '.'], {
      env: cleanEnv({ extra: { XZ_OPT: '-9 -T2' } }),
    }),
  );
  copyFileSync(path.join(root, 'test/bench/gpu/run.sh'), path.join(folder, 'run.sh'));
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
  say(`${folder}: ${(bytes / 2 ** 20).toFixed(1)} MiB`);
});

/** @param {string} entry below `test/bench` */
async function bundle(entry, outfile, more = {}) {
  await build({
    ...{ entryPoints: [path.join(root, 'test/bench', entry)], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node22' },
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    ...{ logLevel: 'warning', ...more },
  });
}

/** From Debian's package, so that it runs where no loader is installed. */
async function fetchLoader(to) {
  const work = path.join(outFolder, 'gpu-loader');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  await mustRun('Fetching the loader', 'apt-get', ['download', 'libvulkan1'], { cwd: work });
  const [deb] = readdirSync(work);
  await mustRun('Unpacking the loader', 'dpkg-deb', ['-x', path.join(work, deb), work]);
  const from = path.join(work, 'usr/lib/x86_64-linux-gnu');
  for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(to, name));
}
