import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CudaPack } from '../../src/host/cuda/cudaPacks.ts';
import type { CudaInstall } from '../../src/host/cuda/installCuda.ts';
import { cudaFolder, installCuda, isCudaInstalled, removeCuda } from '../../src/host/cuda/installCuda.ts';
import { findRegistry } from '../../src/host/cuda/npmRegistry.ts';
import { HubServer } from '../harness/hubServer.ts';
import type { ArchiveEntry } from '../harness/packageArchive.ts';
import { integrityOf, packageArchive } from '../harness/packageArchive.ts';
import { hashModule, quick } from './downloadSupport.ts';
import { failureOf } from './support.ts';

const version = '3.22.1';
const names = ['@node-llama-cpp/linux-x64-cuda', '@node-llama-cpp/linux-x64-cuda-ext'];
/** Packs badly, as native code does. */
const library = Array.from({ length: 30_000 }, (_, index) => (Math.imul(index + 1, 2_654_435_761) >>> 0).toString(36)).join('');
const files = (name: string): ArchiveEntry[] => [
  { name: 'package/package.json', content: JSON.stringify({ name, version, type: 'module', exports: './dist/index.js' }) },
  { name: 'package/dist/index.js', content: `export const here = import.meta.url; export const name = ${JSON.stringify(name)};` },
  { name: 'package/bins/library.so', content: library },
];

describe('CUDA support', () => {
  let folder: string;
  let registry: HubServer;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-cuda-'));
    registry = await HubServer.start();
    registry.redirects = false;
    registry.linked = false;
  });
  afterEach(async () => {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Puts a package into the registry. @returns how this build of Lemma would know it */
  const publish = (name: string, archive: Buffer): CudaPack => {
    const file = `${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
    registry.put(file, archive);
    registry.put(`${name}/${version}`, Buffer.from(JSON.stringify({ name, version, dist: { tarball: `${registry.endpoint}/${file}` } })));
    return { name, version, integrity: integrityOf(archive) };
  };
  const both = (): CudaPack[] => names.map((name) => publish(name, packageArchive(files(name))));
  const install = (packs: readonly CudaPack[], changes: Partial<CudaInstall> = {}): Promise<boolean> =>
    installCuda({
      packs,
      registry: { url: registry.endpoint },
      folder,
      hashModule,
      unpackModule: path.join(import.meta.dirname, '../../dist/unpackWorker.mjs'),
      signal: new AbortController().signal,
      onProgress: () => undefined,
      tuning: { ...quick, segmentBytes: 20_000 },
      ...changes,
    });
  const isAway = (packs: readonly CudaPack[]): void =>
    assert.ok(!existsSync(path.join(cudaFolder(folder, packs), 'node_modules', names[0] ?? '')));

  it('is fetched from the registry, checked, unpacked, and found there the next time', async () => {
    const packs = both();
    assert.equal(await isCudaInstalled(folder, packs), false);
    assert.equal(await install(packs), true);
    assert.equal(await isCudaInstalled(folder, packs), true);
    const root = path.join(cudaFolder(folder, packs), 'node_modules', '@node-llama-cpp');
    assert.deepEqual(readdirSync(root).sort(), ['linux-x64-cuda', 'linux-x64-cuda-ext']);
    assert.equal(readFileSync(path.join(root, 'linux-x64-cuda/bins/library.so'), 'utf8'), library);
    assert.deepEqual(readdirSync(folder), [version], 'What was fetched is gone when it is unpacked.');
    const asked = registry.requests.length;
    assert.equal(await install(packs), true);
    assert.equal(registry.requests.length, asked);
  });

  it('of another version of the engine is not taken for this one’s', async () => {
    const packs = both();
    await install(packs);
    const newer = packs.map((pack) => ({ ...pack, version: '3.23.0' }));
    assert.equal(await isCudaInstalled(folder, newer), false);
  });

  it('with another sum than the pinned one is set aside and never unpacked', async () => {
    const [first, second] = both();
    const packs = [{ ...first!, integrity: integrityOf(Buffer.from('other')) }, second!];
    const error = await failureOf(install(packs));
    assert.ok(error.code === 'downloadDamaged', error.code);
    assert.equal(error.because.kind, 'sha512');
    isAway(packs);
    assert.equal(await isCudaInstalled(folder, packs), false);
  });

  const attacks: Readonly<Record<string, ArchiveEntry>> = {
    'a path that leads out of it': { name: 'package/../../../outside.txt', content: 'attack' },
    'an absolute path': { name: '/tmp/lemma-outside.txt', content: 'attack' },
    'a symbolic link': { name: 'package/link', type: '2', linkTo: '/etc' },
  };
  for (const [what, attack] of Object.entries(attacks))
    it(`with ${what} is refused whole, though its sum is right`, async () => {
      const packs = [publish(names[0]!, packageArchive([...files(names[0]!), attack]))];
      const error = await failureOf(install(packs));
      assert.ok(error.code === 'cudaPackRefused', error.code);
      assert.equal(error.name, names[0]);
      isAway(packs);
      for (const outside of [path.join(folder, '..', 'outside.txt'), path.join(folder, 'outside.txt'), '/tmp/lemma-outside.txt'])
        assert.ok(!existsSync(outside), outside);
      assert.deepEqual(readdirSync(path.join(cudaFolder(folder, packs), 'node_modules/@node-llama-cpp')), []);
    });

  it('that is no archive is refused, though its sum is right', async () => {
    const packs = [publish(names[0]!, Buffer.from('no archive at all'))];
    const error = await failureOf(install(packs));
    assert.equal(error.code, 'cudaPackRefused');
  });

  it('whose stream breaks off goes on where it broke, also in the next attempt', async () => {
    const packs = both();
    registry.fault = ({ path: asked, index }) => (asked.endsWith('.tgz') && index > 2 ? { breakAfter: 0 } : undefined);
    assert.equal((await failureOf(install(packs))).code, 'downloadInterrupted');
    isAway(packs);
    registry.fault = ({ index }) => (index % 3 === 0 ? { breakAfter: 500 } : undefined);
    assert.equal(await install(packs), true);
    assert.equal(await isCudaInstalled(folder, packs), true);
  });

  it('that the registry does not have is named', async () => {
    const error = await failureOf(install([{ name: names[0]!, version, integrity: integrityOf(Buffer.from('')) }]));
    assert.ok(error.code === 'downloadNotFound', error.code);
    assert.match(error.name, /linux-x64-cuda/);
  });

  it('cancelled is an outcome and no error', async () => {
    assert.equal(await install(both(), { signal: AbortSignal.abort() }), false);
  });

  it('is removed with all that belongs to it', async () => {
    const packs = both();
    await install(packs);
    await removeCuda(folder);
    assert.ok(!existsSync(folder));
    assert.equal(await isCudaInstalled(folder, packs), false);
    await removeCuda(folder);
  });

  it('sends the token of the user’s .npmrc to that registry alone', async () => {
    const [pack] = both();
    const store = registry.store;
    const file = `${names[0]}/-/linux-x64-cuda-${version}.tgz`;
    registry.put(`${names[0]}/${version}`, Buffer.from(JSON.stringify({ dist: { tarball: `${store}/${file}` } })));
    await install([pack!], { registry: { url: registry.endpoint, token: 'npm_secret' } });
    const tokens = (on: string): unknown[] => registry.requests.filter((each) => each.on === on).map(({ authorization }) => authorization);
    assert.deepEqual(new Set(tokens('hub')), new Set(['Bearer npm_secret']));
    assert.deepEqual(new Set(tokens('files')), new Set([undefined]));
  });

  for (const thread of [false, true])
    it(`is what the engine’s import finds, by hooks ${thread ? 'in a thread, as on Node 20' : 'in place'}`, async () => {
      const packs = both();
      await install(packs);
      const module = pathToFileURL(path.join(import.meta.dirname, '../../src/inference/cudaPack.ts')).href;
      const code = `
        import { useCudaPack } from ${JSON.stringify(module)};
        useCudaPack(${JSON.stringify(cudaFolder(folder, packs))}, ${thread});
        const found = await Promise.all(${JSON.stringify(names)}.map((name) => import(name)));
        const other = await import('@node-llama-cpp/none').then(() => 'found', (error) => error.code);
        console.log(JSON.stringify({ found: found.map(({ here, name }) => ({ here, name })), other }));`;
      const script = path.join(folder, 'engine.mjs');
      writeFileSync(script, code);
      const output = execFileSync(process.execPath, ['--no-warnings', script], { encoding: 'utf8' });
      const { found, other } = JSON.parse(output) as { found: { here: string; name: string }[]; other: string };
      assert.deepEqual(
        found.map(({ name }) => name),
        names,
      );
      assert.ok(found.every(({ here }) => here.startsWith(pathToFileURL(cudaFolder(folder, packs)).href)));
      assert.equal(other, 'ERR_MODULE_NOT_FOUND');
    });
});

describe('The registry that the user’s npm names', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lemma-npmrc-'));
  const file = path.join(folder, 'npmrc');
  after(() => rmSync(folder, { recursive: true, force: true }));
  const find = (npmrc: string, env: NodeJS.ProcessEnv = {}, setting = '') => {
    writeFileSync(file, npmrc);
    return findRegistry('@node-llama-cpp', setting, { npm_config_userconfig: file, ...env });
  };

  it('is the public one where nothing is said', async () => {
    assert.deepEqual(await find(''), { url: 'https://registry.npmjs.org' });
  });

  it('is that of the user’s .npmrc, with its token from the environment', async () => {
    const npmrc = '; mine\nregistry = "https://npm.example.com/all/"\n//npm.example.com/all/:_authToken=${TOKEN}\n';
    assert.deepEqual(await find(npmrc, { TOKEN: 'secret' }), { url: 'https://npm.example.com/all', token: 'secret' });
  });

  it('is first the setting’s, then the scope’s, then the environment’s', async () => {
    const npmrc = 'registry=https://a.example\n@node-llama-cpp:registry=https://b.example/\n';
    assert.equal((await find(npmrc)).url, 'https://b.example');
    assert.equal((await find('registry=https://a.example', { npm_config_registry: 'https://c.example/' })).url, 'https://c.example');
    assert.equal((await find(npmrc, {}, 'https://d.example')).url, 'https://d.example');
  });

  it('never gets the token of another one', async () => {
    const found = await find('registry=https://a.example\n//a.example/:_authToken=secret\n', {}, 'https://d.example');
    assert.deepEqual(found, { url: 'https://d.example' });
  });
});
