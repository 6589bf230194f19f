/**
 * Packs what measures the product on a machine with a GPU into one folder: `node test/bench/gpu/pack.mjs [FOLDER]`. It holds
 * Node, the extension as its VSIX for linux-x64 has it, the Vulkan loader from Debian, the tiny model (for its tokens), `llama-bench`
 * for the same libraries, and `measure.ts`. There, `sh run.sh` does the rest without network. CUDA's libraries come without their
 * kernels, which alone are larger than all the rest, and with the source of these: `cuda.sh` builds them there.
 */
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { modernNode } from '../../../scripts/lib/node24.mjs';
import { buildLlamaBench, buildWithLlama, llamaSource } from '../../../scripts/lib/llamaBench.mjs';
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
  for (const name of ['tokenCost', 'startParts'])
    await bundle(`gpu/${name}.ts`, path.join(inside, `extension/dist/${name}.mjs`), { external: ['node-llama-cpp'] });
  // It looks for the inference process two folders above itself.
  await bundle('prefetch.ts', path.join(inside, 'extension/test/bench/prefetch.mjs'));
  copyFileSync(node, path.join(inside, 'node'));
  copyFileSync(tinyModel, path.join(inside, 'tiny.gguf'));
  await step('Building llama-bench', async () => {
    for (const [pack, suffix] of /** @type {const} */ ([
      ['linux-x64-vulkan', ''],
      ['linux-x64-cuda', '-cuda'],
    ])) {
      copyFileSync(await buildLlamaBench(pack), path.join(inside, `llama-bench${suffix}`));
      const start = await buildWithLlama(pack, path.join(root, 'test/bench/start/llamaStart.cpp'));
      copyFileSync(start, path.join(inside, `llama-start${suffix}`));
    }
  });
  await step('Packing what CUDA is built from', () => packCuda(inside));
  await step('Fetching the Vulkan loader', () => fetchLoader(path.join(inside, 'lib')));
  await step('Compressing', () =>
    mustRun('Compressing', 'tar', ['-cJf', path.join(folder, 'pack.tar.xz'), '-C', inside, '.'], {
      env: cleanEnv({ extra: { XZ_OPT: '-9 -T2' } }),
    }),
  );
  for (const name of ['run.sh', 'cuda.sh']) copyFileSync(path.join(root, 'test/bench/gpu', name), path.join(folder, name));
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

/** The pack as it is installed but for its kernels, and the source of ggml without the other backends. */
async function packCuda(inside) {
  const name = '@node-llama-cpp/linux-x64-cuda';
  const isKernels = (file) => path.basename(file) === 'libggml-cuda.so';
  cpSync(path.join(root, 'node_modules', name), path.join(inside, 'cuda/node_modules', name), {
    recursive: true,
    filter: (file) => !isKernels(file),
  });
  const others = ['cann', 'hexagon', 'metal', 'opencl', 'openvino', 'sycl', 'vulkan', 'webgpu'];
  const without = others.map((other) => `:(exclude)ggml/src/ggml-${other}`);
  await llamaSource((source) =>
    mustRun('Packing the source', 'git', ['-C', source, 'archive', '-o', path.join(inside, 'ggml.tar'), 'HEAD', 'ggml', ...without]),
  );
}
