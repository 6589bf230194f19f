import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fetchFile } from '../../src/host/download/fetchFile.ts';
import { smallGguf } from '../harness/ggufFile.ts';
import { HubServer } from '../harness/hubServer.ts';
import { Downloads, hashModule, quick } from './downloadSupport.ts';
import { fullDisk } from './fullDisk.ts';
import { failureOf } from './support.ts';

describe('The token of a download', () => {
  let all: Downloads;
  const token = 'hf_secret';
  beforeEach(async () => {
    all = await Downloads.start();
  });
  afterEach(() => all.close());
  const tokensOn = (on: 'hub' | 'files'): Set<string | undefined> =>
    new Set(all.hub.requests.filter((request) => request.on === on).map(({ authorization }) => authorization));

  it('goes to the hub and never along a redirect to another host, with no part of the file', async () => {
    await all.fetch({}, { token });
    assert.deepEqual(tokensOn('hub'), new Set([`Bearer ${token}`]));
    assert.deepEqual(tokensOn('files'), new Set([undefined]));
    assert.ok(all.hub.fileRequests.length > 4);
  });

  it('goes along a redirect on the hub itself', async () => {
    all.hub.redirects = false;
    const moved = `/${all.name}`;
    all.hub.fault = ({ path: asked }) => (asked.includes('/resolve/') ? { redirect: moved } : undefined);
    await all.fetch({}, { token });
    assert.deepEqual(tokensOn('hub'), new Set([`Bearer ${token}`]));
    assert.ok(all.hub.requests.some(({ path: asked }) => asked === moved));
  });

  it('goes to no other host that a detour leads over', async () => {
    all.hub.redirects = false;
    const { hub, name } = all;
    all.hub.fault = ({ on, path: asked }) => {
      if (asked.includes('/resolve/')) return { redirect: `${hub.store}/${name}` };
      return on === 'files' ? { redirect: `${hub.endpoint}/${name}` } : undefined;
    };
    await all.fetch({}, { token });
    assert.deepEqual(tokensOn('files'), new Set([undefined]));
  });

  it('is not sent to an address that is not the configured one', async () => {
    await all.fetch({}, { token, tokenOrigin: 'http://127.0.0.1:1' });
    assert.deepEqual(tokensOn('hub'), new Set([undefined]));
  });

  it('is of no use in a circle of redirects, which ends and is named', async () => {
    all.hub.fault = () => ({ redirect: all.hub.url(all.name) });
    const error = await failureOf(all.fetch({}, { token }));
    const { host } = new URL(all.hub.endpoint);
    assert.deepEqual(error, { code: 'downloadRedirect', from: host, to: `http://${host}` });
  });
});

describe('Downloading over HTTPS', () => {
  let folder: string;
  let hub: HubServer;
  const own = https.globalAgent.options.ca;
  const name = 'someone/Model-GGUF/Model-Q4_K_M.gguf';
  const bytes = smallGguf(100_000);

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-tls-'));
    const [keyFile, certFile] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...options, ...subject, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
    hub = await HubServer.start({ tls: { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') } });
    hub.put(name, bytes);
  });
  after(async () => {
    https.globalAgent.options.ca = own;
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const fetch = (): Promise<string | undefined> =>
    fetchFile(
      { url: hub.url(name), target: path.join(folder, 'model.gguf') },
      { tokenOrigin: hub.endpoint, signal: new AbortController().signal, hashModule, onProgress: () => undefined, tuning: quick },
    );

  it('from a server whose certificate nobody trusts fails at once and names the host', async () => {
    const error = await failureOf(fetch());
    assert.ok(error.code === 'downloadUntrusted', error.code);
    assert.equal(error.host, new URL(hub.endpoint).host);
    assert.match(error.reason, /self.signed/i);
  });

  it('is never led on to a server without encryption', async () => {
    https.globalAgent.options.ca = readFileSync(path.join(folder, 'cert.pem'));
    hub.fault = ({ on }) => (on === 'hub' ? { redirect: 'http://127.0.0.1:9/model.gguf' } : undefined);
    const error = await failureOf(fetch());
    assert.deepEqual(error, { code: 'downloadRedirect', from: new URL(hub.endpoint).host, to: 'http://127.0.0.1:9' });
  });

  it('works with a certificate that is trusted', async () => {
    https.globalAgent.options.ca = readFileSync(path.join(folder, 'cert.pem'));
    hub.fault = () => undefined;
    const file = await fetch();
    assert.ok(readFileSync(file!).equals(bytes));
  });
});

describe('Downloading onto a full disk', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lemma-full-'));
  const disk = fullDisk(path.join(folder, 'disk'));
  const bytes = smallGguf(40_000);
  const name = 'someone/Model-GGUF/Model-Q4_K_M.gguf';
  const target = path.join(disk.folder, 'model.gguf');
  let hub: HubServer;
  before(async () => {
    hub = await HubServer.start();
    hub.put(name, bytes);
  });
  after(async () => {
    disk.makeRoom();
    disk.remove();
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const fetch = (spareBytes = 0): Promise<string | undefined> =>
    fetchFile(
      { url: hub.url(name), target },
      {
        tokenOrigin: hub.endpoint,
        signal: new AbortController().signal,
        hashModule,
        onProgress: () => undefined,
        tuning: { ...quick, spareBytes, segmentBytes: 20_000, connections: 1 },
      },
    );

  it('says before it begins how much is needed and how much is free', async () => {
    const error = await failureOf(fetch(1e18));
    assert.ok(error.code === 'downloadNoRoom', error.code);
    assert.equal(error.neededBytes, bytes.length);
    assert.equal(error.folder, disk.folder);
    assert.ok(error.freeBytes > 0);
  });

  it(`keeps what came when it fills up in the middle (${disk.kind}), and goes on when there is room`, async () => {
    hub.fault = ({ on, index }) => {
      if (on === 'files' && index === 4) disk.fill();
      return undefined;
    };
    const error = await failureOf(fetch());
    assert.equal(error.code, disk.kind === 'a full tmpfs' ? 'downloadNoRoom' : 'downloadNotWritten');
    assert.ok(!existsSync(target));
    disk.makeRoom();
    hub.fault = () => undefined;
    const before = hub.fileRequests.length;
    await fetch();
    assert.ok(readFileSync(target).equals(bytes));
    assert.ok(!hub.fileRequests[before]?.range?.startsWith('bytes=0-'), 'It did not begin anew.');
  });
});
