import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DownloadRequest } from '../../src/host/download/downloadRecord.ts';
import type { DownloadParts, DownloadSettings, DownloadState } from '../../src/host/download/modelDownloads.ts';
import { ModelDownloads } from '../../src/host/download/modelDownloads.ts';
import { smallGguf } from '../harness/ggufFile.ts';
import { HubServer } from '../harness/hubServer.ts';
import { hashModule, quick } from './downloadSupport.ts';
import { failureOf } from './support.ts';

const repository = 'someone/Model-GGUF';
const request: DownloadRequest = {
  model: { id: 'glm-z1-9b-0414', name: 'GLM-Z1-9B-0414', sources: [{ repository, filePattern: 'Model-{quantisation}.gguf' }] },
  quantisation: 'Q4_K_M',
};

describe('The downloads of models', () => {
  let folder: string;
  let hub: HubServer;
  let windows: ModelDownloads[];
  const bytes = smallGguf(640_000);
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-models-'));
    windows = [];
    hub = await HubServer.start();
    hub.put(`${repository}/Model-Q4_K_M.gguf`, bytes);
    hub.put(`${repository}/Model-Q8_0.gguf`, smallGguf(10));
    hub.put(`${repository}/README.md`, Buffer.from('# Model'));
  });
  afterEach(async () => {
    await Promise.all(windows.map((each) => each.dispose()));
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const own = (...names: string[]): string => path.join(folder, ...repository.split('/'), ...names);
  const target = (): string => own('Model-Q4_K_M.gguf');
  const open = (settings: Partial<DownloadSettings> = {}, parts: Partial<DownloadParts> = {}): ModelDownloads => {
    const quiet = (): void => undefined;
    const made = new ModelDownloads({
      settings: () => ({ folder, endpoint: hub.endpoint, sha256: undefined, ...settings }),
      token: () => Promise.resolve(undefined),
      hashModule,
      log: { info: quiet, warn: quiet },
      tuning: quick,
      watchMs: 20,
      ...parts,
    });
    windows.push(made);
    return made;
  };
  /** Resolves with the first state that is so. */
  const stateOf = (from: ModelDownloads, is: (state: DownloadState) => boolean): Promise<DownloadState> =>
    new Promise((resolve) => {
      const listener = from.onDidChange((state) => {
        if (!is(state)) return;
        listener.dispose();
        resolve(state);
      });
    });
  /** A server that sends nothing more of the file until it is let go. */
  const holdBack = (after: number): (() => void) => {
    hub.fault = ({ on, index }) => (on === 'files' && index >= after ? { stallAfter: 0 } : undefined);
    return () => (hub.fault = () => undefined);
  };
  const half = async (downloads: ModelDownloads): Promise<void> => {
    const letGo = holdBack(5);
    const running = downloads.start(request);
    await stateOf(downloads, ({ doneBytes }) => doneBytes > 0);
    downloads.cancel();
    assert.equal(await running, undefined);
    letGo();
  };

  it('find the file of a quantisation in the hub’s list and put it under its repository’s name', async () => {
    const downloads = open();
    const states: DownloadState[] = [];
    downloads.onDidChange((state) => states.push(state));
    assert.equal(await downloads.start(request), target());
    assert.ok(readFileSync(target()).equals(bytes));
    assert.deepEqual(
      states.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]),
      ['finding', 'fetching', 'checking', 'done'],
    );
    assert.ok(states.every(({ here }) => here));
    assert.deepEqual([states.at(-1)?.doneBytes, states.at(-1)?.totalBytes], [bytes.length, bytes.length]);
    assert.deepEqual(await downloads.unfinished(), []);
  });

  it('take what is there already without fetching it', async () => {
    await open().start(request);
    const before = hub.fileRequests.length;
    assert.equal(await open().start(request), target());
    assert.equal(hub.fileRequests.length, before);
  });

  it('take a file of another size for another version and replace it when the new one is checked', async () => {
    await open().start(request);
    const newer = smallGguf(1000, 3);
    hub.put(`${repository}/Model-Q4_K_M.gguf`, newer);
    await open().start(request);
    assert.ok(readFileSync(target()).equals(newer));
  });

  it('work at a mirror that has no list of files', async () => {
    hub.listed = false;
    assert.equal(await open().start(request), target());
  });

  it('take the next source where the first one has no such file', async () => {
    const sources = [{ repository: 'nobody/Nothing', filePattern: '{quantisation}.gguf' }, ...request.model.sources];
    hub.put('nobody/Nothing/other.gguf', Buffer.from('x'));
    assert.equal(await open().start({ ...request, model: { ...request.model, sources } }), target());
  });

  it('say what is not there', async () => {
    const error = await failureOf(open().start({ ...request, quantisation: 'Q1_X' }));
    assert.deepEqual(error, { code: 'downloadNotFound', host: new URL(hub.endpoint).host, name: `${repository}/Model-Q1_X.gguf` });
  });

  it('fetch all files of a model in several, and only the bad one again', async () => {
    const part = (index: number): string => `Model-Q6_K-0000${index}-of-00003.gguf`;
    for (const index of [1, 2, 3]) hub.put(`${repository}/Q6_K/${part(index)}`, smallGguf(50_000, index));
    hub.fault = ({ on, path: asked }) => (on === 'files' && asked.includes('00002-of') ? { wrongByteAt: 5000 } : undefined);
    const split = { ...request, quantisation: 'Q6_K' };
    const error = await failureOf(open().start(split));
    assert.ok(error.code === 'downloadDamaged', error.code);
    assert.equal(error.fileName, part(2));
    assert.deepEqual(readdirSync(own()).sort(), [part(1), `${part(2)}.corrupt`]);
    hub.fault = () => undefined;
    const before = hub.fileRequests.length;
    assert.equal(await open().start(split), own(part(1)));
    assert.deepEqual(readdirSync(own()).sort(), [1, 2, 3].map(part));
    assert.ok(hub.fileRequests.slice(before).every(({ path: asked }) => !asked.includes('00001-of')));
  });

  it('do not begin with a model of which a file is missing on the hub', async () => {
    hub.put(`${repository}/Model-Q6_K-00001-of-00002.gguf`, smallGguf(10));
    const error = await failureOf(open().start({ ...request, quantisation: 'Q6_K' }));
    assert.equal(error.code, 'downloadNotFound');
    assert.equal(hub.fileRequests.length, 0);
  });

  it('say before the first byte that there is no room for all files together', async () => {
    const error = await failureOf(open({}, { tuning: { ...quick, spareBytes: 1e18 } }).start(request));
    assert.ok(error.code === 'downloadNoRoom', error.code);
    assert.equal(error.neededBytes, bytes.length);
    assert.equal(hub.fileRequests.length, 0);
  });

  it('say that the folder cannot be written', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const error = await failureOf(open({ folder: path.join(file, 'models') }).start(request));
    assert.equal(error.code, 'downloadNotWritten');
  });

  it('tell also what came last, and that nothing comes any more', async () => {
    const downloads = open({}, { tuning: { ...quick, connections: 1, segmentBytes: bytes.length, stallMs: 30_000 } });
    let goOn = (): void => undefined;
    const until = new Promise<void>((resolve) => (goOn = resolve));
    hub.fault = ({ on }) => (on === 'files' ? { pause: { after: 1_200_000, until } } : undefined);
    const running = downloads.start(request);
    const first = await stateOf(downloads, ({ doneBytes }) => doneBytes > 0);
    const second = await stateOf(downloads, ({ bytesPerSecond }) => bytesPerSecond !== undefined);
    const third = await stateOf(downloads, () => true);
    assert.ok(second.doneBytes >= first.doneBytes);
    assert.equal(third.doneBytes, second.doneBytes);
    assert.ok((third.bytesPerSecond ?? 0) < (second.bytesPerSecond ?? 0), 'The speed does not fall while nothing comes.');
    goOn();
    assert.equal(await running, target());
  });

  it('offer what was cancelled after a reload, and fetch only the rest', async () => {
    await half(open());
    const reloaded = open();
    const [offered, ...others] = await reloaded.unfinished();
    assert.ok(offered && others.length === 0);
    assert.deepEqual(offered.request, request);
    assert.deepEqual([offered.phase, offered.here, offered.totalBytes], ['paused', false, bytes.length]);
    assert.ok(offered.doneBytes > 0);
    const before = hub.fileRequests.length;
    assert.equal(await reloaded.start(offered.request), target());
    assert.ok(readFileSync(target()).equals(bytes));
    const asked = hub.fileRequests.slice(before).reduce((sum, { range }) => {
      const [, start, end] = /bytes=(\d+)-(\d+)/.exec(range ?? '') ?? [];
      return sum + Number(end) + 1 - Number(start);
    }, 0);
    assert.equal(asked, bytes.length - offered.doneBytes);
    assert.deepEqual(await reloaded.unfinished(), []);
  });

  it('offer what has failed, with the reason', async () => {
    hub.fault = ({ on }) => (on === 'files' ? { status: 404 } : undefined);
    await failureOf(open().start(request));
    const [offered] = await open().unfinished();
    assert.deepEqual([offered?.phase, offered?.error?.code], ['failed', 'downloadNotFound']);
  });

  it('remove what was fetched when it is not wanted any more', async () => {
    const downloads = open();
    await half(downloads);
    const [offered] = await downloads.unfinished();
    await downloads.discard(offered?.id ?? '');
    assert.deepEqual(readdirSync(own()), []);
    assert.deepEqual(await downloads.unfinished(), []);
  });

  it('run once for two windows: the second one watches and gets the same file', async () => {
    const [first, second] = [open(), open()];
    const letGo = holdBack(2);
    const running = first.start(request);
    await stateOf(first, ({ doneBytes }) => doneBytes > 0);
    const watching = second.start(request);
    const seen = await stateOf(second, ({ doneBytes }) => doneBytes > 0);
    assert.equal(seen.here, false);
    assert.deepEqual(await open().elsewhere(), [request]);
    assert.deepEqual(await open().unfinished(), [], 'What somebody works on is not offered.');
    letGo();
    assert.deepEqual(await Promise.all([running, watching]), [target(), target()]);
    const lists = hub.requests.filter(({ path: asked }) => asked.startsWith('/api/'));
    assert.equal(lists.length, 1);
  });

  it('end in the window that watches as they end in the one that downloads', async () => {
    const [first, second] = [open(), open()];
    holdBack(2);
    const running = first.start(request);
    await stateOf(first, ({ doneBytes }) => doneBytes > 0);
    const watching = second.start(request);
    await stateOf(second, ({ here }) => !here);
    first.cancel();
    assert.deepEqual(await Promise.all([running, watching]), [undefined, undefined]);
  });

  it('are not disturbed by a window that stops to watch', async () => {
    const [first, second] = [open(), open()];
    const letGo = holdBack(2);
    const running = first.start(request);
    await stateOf(first, ({ doneBytes }) => doneBytes > 0);
    const watching = second.start(request);
    await stateOf(second, ({ here }) => !here);
    second.cancel();
    assert.equal(await watching, undefined);
    letGo();
    assert.equal(await running, target());
  });

  it('are handed over when the window that downloads dies', async () => {
    const letGo = holdBack(5);
    const script = path.join(import.meta.dirname, 'fixtures/downloader.ts');
    const child = fork(script, [folder, hub.endpoint, JSON.stringify(request)], { execArgv: [] });
    const watcher = open();
    await new Promise<void>((resolve) => child.on('message', (state) => (state as DownloadState).doneBytes > 0 && resolve()));
    const watching = watcher.start(request);
    await stateOf(watcher, ({ here, doneBytes }) => !here && doneBytes > 0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    letGo();
    const before = hub.fileRequests.length;
    assert.equal(await watching, target());
    assert.ok(readFileSync(target()).equals(bytes));
    assert.ok(hub.fileRequests.length > before);
  });

  it('ask the hub with the token for a model that is given only to those who are signed in', async () => {
    const token = () => Promise.resolve('hf_secret');
    await open({}, { token }).start(request);
    const tokens = (on: string) => new Set(hub.requests.filter((each) => each.on === on).map(({ authorization }) => authorization));
    assert.deepEqual(tokens('hub'), new Set(['Bearer hf_secret']));
    assert.deepEqual(tokens('files'), new Set([undefined]));
  });

  it('leave nothing but the models and their records in the folder', async () => {
    await open().start(request);
    assert.deepEqual(readdirSync(folder).sort(), ['.downloads', 'someone']);
    assert.deepEqual(readdirSync(own()), ['Model-Q4_K_M.gguf']);
    assert.ok(!existsSync(path.join(folder, '.downloads', 'glm-z1-9b-0414-Q4_K_M.lock')));
  });
});
