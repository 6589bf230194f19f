import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { listFiles } from '@vscode/vsce';
import * as esbuild from 'esbuild';
import { build } from '../../esbuild.js';
import { zipEntries } from '../../scripts/lib/zip.mjs';
import { fromEnvironment } from '../harness/server.ts';
import { repositoryRoot } from '../harness/settings.ts';

const target = `${process.platform}-${process.arch}`;
/** Written by scripts/package.mjs: .vscodeignore, narrowed to the platform. */
const ignoreFile = path.join(repositoryRoot, 'out', `vscodeignore-${target}`);

/** Loaded only where they exist or only for compiling llama.cpp, and never by Lemma. */
const optional = ['@node-llama-cpp/*', '@reflink/*', 'typescript', 'electron', 'node-llama-cpp', 'supports-color'];

/** Under the MIT licence by their manifests, and without its text. */
const withoutText = ['simple-git', '@simple-git/argv-parser'];

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
    wanted.push('README.md', 'LICENSE', 'CHANGELOG.md', 'dist/THIRD_PARTY_NOTICES.txt');
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

  it('are the same when they are built again, and the package has no clock of its own', async () => {
    const entries = zipEntries(readFileSync(fromEnvironment('LEMMA_VSIX')));
    assert.equal(new Set(entries.map(({ time }) => time)).size, 1);
    await build({ production: true, quiet: true });
    const bundled = entries.filter(({ name }) => name.startsWith('extension/dist/'));
    assert.ok(bundled.length > 20, `${bundled.length} files`);
    assert.deepEqual(
      bundled
        .filter(({ name, crc }) => crc32(readFileSync(path.join(repositoryRoot, name.replace('extension/', '')))) !== crc)
        .map(({ name }) => name),
      [],
    );
  });

  it('have their licences with them, and are all in the bill of materials', () => {
    const packages = new Set(files.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
    assert.ok(packages.size > 50, `${packages.size} packages`);
    const licensed = (folder: string): boolean =>
      files.some((file) => file.startsWith(`${folder}/`) && /^licen[cs]e[^/]*$/i.test(file.slice(folder.length + 1)));
    assert.deepEqual(
      [...packages].filter((folder) => !licensed(folder) && !withoutText.includes(folder.replace(/^.*node_modules\//, ''))),
      [],
    );
    const bill = readFileSync(`${fromEnvironment('LEMMA_VSIX')}.cdx.json`, 'utf8');
    const { components } = JSON.parse(bill) as { readonly components: readonly { readonly name: string; readonly version: string }[] };
    const listed = new Set(components.map(({ name, version }) => `${name}@${version}`));
    // What lies beside the bundles, and what is inside them.
    const beside = [...packages].map((folder) => {
      const text = readFileSync(path.join(repositoryRoot, folder, 'package.json'), 'utf8');
      const { name, version } = JSON.parse(text) as { readonly name: string; readonly version: string };
      return `${name}@${version}`;
    });
    const notices = readFileSync(path.join(repositoryRoot, 'dist/THIRD_PARTY_NOTICES.txt'), 'utf8');
    const inside = Array.from(notices.matchAll(/^={80}\n(\S+) (\S+)\n={80}$/gm), ([, name, version]) => `${name}@${version}`);
    assert.ok(inside.length > 10, `${inside.length} packages are inside the bundles`);
    assert.deepEqual(
      [...beside, ...inside].filter((each) => !listed.has(each)),
      [],
    );
  });
});
