import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { listFiles } from '@vscode/vsce';
import * as esbuild from 'esbuild';
import { repositoryRoot } from '../harness/settings.ts';

const target = `${process.platform}-${process.arch}`;
/** Written by scripts/package.mjs: .vscodeignore, narrowed to the platform. */
const ignoreFile = path.join(repositoryRoot, 'out', `vscodeignore-${target}`);

/** Loaded only where they exist or only for compiling llama.cpp, and never by Lemma. */
const optional = ['@node-llama-cpp/*', '@reflink/*', 'typescript', 'electron', 'node-llama-cpp', 'supports-color'];

describe('the files of the VSIX', () => {
  let files: readonly string[];

  before(async function () {
    // vsce walks through all of node_modules, which takes long on a slow disk.
    this.timeout(180_000);
    assert.ok(existsSync(ignoreFile), 'scripts/package.mjs has packaged for this platform');
    files = (await listFiles({ cwd: repositoryRoot, ignoreFile })).map((file) => file.replaceAll('\\', '/'));
  });

  it('hold the bundles, the styles with their fonts, and the icons', () => {
    const wanted = [
      'dist/extension.cjs',
      'dist/checkWorker.cjs',
      'dist/hashWorker.cjs',
      'dist/unpackWorker.mjs',
      'dist/inference.mjs',
      'dist/webview/main.js',
      'dist/webview/main.css',
    ];
    wanted.push(
      'dist/webview/fonts/KaTeX_Main-Regular.woff2',
      'media/icon.png',
      'media/lemma.svg',
      'media/walkthrough/choose.svg',
      'package.nls.json',
    );
    wanted.push('README.md', 'LICENSE', 'CHANGELOG.md', 'dist/THIRD_PARTY_LICENCES.txt');
    assert.deepEqual(
      wanted.filter((file) => !files.includes(file)),
      [],
    );
  });

  it('hold every chunk of the host, which loads them by their names', () => {
    const { outputs } = JSON.parse(readFileSync(path.join(repositoryRoot, 'dist/meta-host.json'), 'utf8')) as { outputs: object };
    const chunks = Object.keys(outputs);
    assert.ok(chunks.length > 1, `${chunks.length} files`);
    assert.deepEqual(
      chunks.filter((file) => !files.includes(file)),
      [],
    );
  });

  it('hold every file that the engine loads, by following its imports', async () => {
    const { metafile } = await esbuild.build({
      absWorkingDir: repositoryRoot,
      entryPoints: ['node_modules/node-llama-cpp/dist/index.js'],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      external: optional,
      outdir: 'out/trace',
      logLevel: 'silent',
    });
    const loaded = Object.keys(metafile.inputs);
    assert.ok(loaded.length > 300, `${loaded.length} files`);
    assert.deepEqual(
      loaded.filter((file) => !files.includes(file)),
      [],
    );
  });

  it('leave out sources, typings, maps, tests, other platforms and CUDA', () => {
    const unwanted = /\.map$|\.d\.[cm]?ts$|(^|\/)(src|test|scripts|webview|samples)\/[^/]*\.ts$|\.gguf$|\.bundle$|cuda|dist\/meta-/;
    const elsewhere = files.filter(
      (file) => file.startsWith('node_modules/@node-llama-cpp/') && /^(mac|win|linux-arm|linux-riscv)/.test(file.split('/')[2] ?? ''),
    );
    assert.deepEqual([...files.filter((file) => unwanted.test(file)), ...(target === 'linux-x64' ? elsewhere : [])], []);
  });
});
