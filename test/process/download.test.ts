import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { smallGguf } from '../harness/ggufFile.ts';
import { sha256 } from '../harness/hubServer.ts';
import { Downloads } from './downloadSupport.ts';
import { failureOf } from './support.ts';

describe('Downloading a model file', () => {
  let all: Downloads;
  beforeEach(async () => {
    all = await Downloads.start();
  });
  afterEach(() => all.close());

  const isWhole = (): void => {
    assert.ok(readFileSync(all.target).equals(all.bytes));
    assert.ok(!existsSync(all.part) && !existsSync(all.state), 'Nothing of the unfinished download is left.');
  };

  it('fetches it in parts by several connections and gives it its name when it is checked', async () => {
    const phases = new Set<string>();
    let most = 0;
    const file = await all.fetch({}, {}, ({ phase, doneBytes, totalBytes }) => {
      phases.add(phase);
      assert.ok(doneBytes >= most, 'The progress never goes back.');
      most = doneBytes;
      if (doneBytes > 0) assert.equal(totalBytes, all.bytes.length);
      assert.ok(!existsSync(all.target), 'It has no name before it was checked.');
    });
    assert.equal(file, all.target);
    isWhole();
    assert.deepEqual([...phases], ['fetching', 'checking']);
    assert.equal(most, all.bytes.length);
    assert.equal(all.askedBytes(), all.bytes.length, 'No byte is fetched twice.');
    assert.equal(
      all.hub.requests.filter(({ on }) => on === 'hub').length,
      1,
      'The hub is asked once, all parts come from where it points.',
    );
  });

  it('keeps what was fetched when it is cancelled, and fetches only the rest the next time', async () => {
    await all.half();
    assert.ok(!existsSync(all.target));
    const kept = all.keptBytes;
    assert.ok(kept >= all.bytes.length / 2, `${kept} bytes are kept.`);
    const before = all.hub.fileRequests.length;
    assert.equal(await all.fetch(), all.target);
    isWhole();
    assert.equal(all.askedBytes(before), all.bytes.length - kept);
  });

  it('cancelled before it began does nothing', async () => {
    assert.equal(await all.fetch({}, { signal: AbortSignal.abort() }), undefined);
    assert.equal(all.hub.requests.length, 0);
  });

  it('goes on by itself where a connection breaks off', async () => {
    all.hub.fault = ({ on, index }) => (on === 'files' && index % 2 === 0 ? { breakAfter: 100_000 } : undefined);
    await all.fetch();
    isWhole();
    assert.equal(all.askedBytes() > all.bytes.length, true);
  });

  it('that never gets a connection fails with the host and the reason', async () => {
    const url = all.hub.url(all.name);
    await all.hub.close();
    const error = await failureOf(all.fetch({ url }));
    rmSync(all.folder, { recursive: true });
    assert.ok(error.code === 'downloadInterrupted', error.code);
    assert.equal(error.host, new URL(url).host);
    assert.match(error.reason, /ECONNREFUSED/);
    all = await Downloads.start();
  });

  it('that breaks off for good keeps what came and resumes', async () => {
    all.hub.fault = ({ on, index }) => (on === 'files' && index >= 4 ? { breakAfter: 0 } : undefined);
    const error = await failureOf(all.fetch());
    assert.ok(error.code === 'downloadInterrupted', error.code);
    assert.ok(error.doneBytes > 0);
    assert.equal(all.keptBytes, error.doneBytes);
    all.hub.fault = () => undefined;
    await all.fetch();
    isWhole();
  });

  it('takes the whole file by one connection from a server that ignores ranges', async () => {
    all.hub.fault = ({ on }) => (on === 'files' ? { ignoreRange: true } : undefined);
    await all.fetch();
    isWhole();
    assert.equal(all.hub.fileRequests.length, 1);
  });

  it('begins anew where a server ignores ranges and breaks off, and does not try forever', async () => {
    all.hub.fault = ({ on, index }) => (on === 'files' ? { ignoreRange: true, ...(index < 2 ? { breakAfter: 500_000 } : {}) } : undefined);
    await all.fetch();
    isWhole();
    assert.equal(all.hub.fileRequests.length, 3);
    all.hub.fault = ({ on }) => (on === 'files' ? { ignoreRange: true, breakAfter: 500_000 } : undefined);
    const error = await failureOf(all.fetch({ target: `${all.target}.2` }));
    assert.equal(error.code, 'downloadInterrupted');
  });

  it('never mixes parts with a whole file that comes when a server ignores ranges from the middle on', async () => {
    await all.half();
    all.hub.fault = ({ on }) => (on === 'files' ? { ignoreRange: true } : undefined);
    await all.fetch();
    isWhole();
  });

  it('begins anew when the file changes on the server between two parts', async () => {
    const other = smallGguf(640_000, 7);
    all.hub.linked = false;
    const { name } = all;
    all.hub.fault = ({ on, index }) => {
      if (on === 'files' && index === 3) all.hub.put(name, other);
      return undefined;
    };
    await all.fetch();
    assert.ok(readFileSync(all.target).equals(other));
  });

  it('begins anew when the file has changed on the server since it was interrupted', async () => {
    await all.half();
    const other = smallGguf(640_000, 7);
    all.hub.put(all.name, other);
    await all.fetch();
    assert.ok(readFileSync(all.target).equals(other));
  });

  it('begins anew when nothing tells whether the file is still the same', async () => {
    all.hub.linked = false;
    all.hub.fault = ({ on }) => (on === 'files' ? { etag: '' } : undefined);
    await all.half();
    all.hub.put(all.name, smallGguf(640_000, 7));
    await all.fetch();
    assert.ok(readFileSync(all.target).equals(smallGguf(640_000, 7)));
  });

  it('gives up on a file that changes with each request', async () => {
    all.hub.linked = false;
    all.hub.fault = ({ on, index }) => (on === 'files' ? { etag: `"${index}"` } : undefined);
    const error = await failureOf(all.fetch());
    assert.ok(error.code === 'downloadUnexpected', error.code);
    assert.match(error.found, /changes/);
  });

  it('takes parts from servers with marks of their own when the hub says that the file is one', async () => {
    all.hub.fault = ({ on, index }) => (on === 'files' ? { etag: `"${index}"` } : undefined);
    await all.fetch();
    isWhole();
  });

  it('begins anew when the part on the disk was cut', async () => {
    await all.half();
    writeFileSync(all.part, '');
    await all.fetch();
    isWhole();
  });

  it('that was killed while it was checked is checked without fetching anything', async () => {
    await all.half();
    writeFileSync(all.part, all.bytes);
    const state = JSON.parse(readFileSync(all.state, 'utf8')) as object;
    writeFileSync(all.state, JSON.stringify({ ...state, done: [[0, all.bytes.length]] }));
    const before = all.hub.requests.length;
    await all.fetch();
    isWhole();
    assert.equal(all.hub.requests.length, before);
  });

  it('refuses a file whose length is not the one that the hub tells', async () => {
    all.hub.fault = ({ on }) => (on === 'files' ? { claimedBytes: all.bytes.length - 1000 } : undefined);
    const error = await failureOf(all.fetch());
    assert.deepEqual(error, {
      code: 'downloadWrongSize',
      fileName: 'Model-Q4_K_M.gguf',
      expectedBytes: all.bytes.length,
      foundBytes: all.bytes.length - 1000,
    });
  });

  it('refuses a file whose length is not the one in the list of files', async () => {
    const error = await failureOf(all.fetch({ expectedBytes: 1234 }));
    assert.equal(error.code, 'downloadWrongSize');
  });

  it('is not content with an answer that ends early without an error', async () => {
    all.hub.fault = ({ on }) => (on === 'files' ? { ignoreRange: true, endAfter: 300_000 } : undefined);
    const error = await failureOf(all.fetch());
    assert.ok(error.code === 'downloadInterrupted', error.code);
    assert.match(error.reason, /ended early/);
    assert.ok(!existsSync(all.target));
  });

  it('takes a file whose length nobody tells', async () => {
    all.hub.linked = false;
    all.hub.fault = ({ on }) => (on === 'files' ? { ignoreRange: true, endAfter: 1e9 } : undefined);
    await all.fetch();
    isWhole();
  });

  for (const status of [401, 403])
    it(`refused with ${status} says so at once, and whether a token was sent`, async () => {
      all.hub.fault = () => ({ status });
      const { host } = new URL(all.hub.endpoint);
      assert.deepEqual(await failureOf(all.fetch()), { code: 'downloadRefused', status, host, withToken: false });
      assert.deepEqual(await failureOf(all.fetch({}, { token: 'hf_secret' })), { code: 'downloadRefused', status, host, withToken: true });
      assert.equal(all.hub.requests.length, 2, 'Nothing is tried twice.');
    });

  it('that is not there says which file at once', async () => {
    all.hub.remove(all.name);
    const error = await failureOf(all.fetch());
    assert.ok(error.code === 'downloadNotFound', error.code);
    assert.match(error.name, /Model-Q4_K_M\.gguf$/);
    assert.equal(all.hub.requests.length, 1);
  });

  it('asks the hub again when the address that it gave has expired', async () => {
    all.hub.fault = ({ on, index }) => (on === 'files' && index === 3 ? { status: 403 } : undefined);
    await all.fetch();
    isWhole();
    assert.ok(all.hub.requests.filter(({ on }) => on === 'hub').length > 1);
  });

  it('begins anew at 416, when there is less on the server than here', async () => {
    await all.half();
    all.hub.fault = ({ on, range }) => (on === 'files' && !range?.startsWith('bytes=0-') && !once() ? { status: 416 } : undefined);
    let told = false;
    const once = (): boolean => {
      const before = told;
      told = true;
      return before;
    };
    await all.fetch();
    isWhole();
  });

  it('waits as long as 429 asks for and goes on', async () => {
    const waits: number[] = [];
    all.hub.fault = ({ on, index }) => (on === 'files' && index === 2 ? { status: 429, headers: { 'retry-after': '0' } } : undefined);
    await all.fetch({}, {}, ({ phase, untilMs }) => phase === 'waiting' && waits.push((untilMs ?? Number.NaN) - Date.now()));
    isWhole();
    assert.equal(waits.length, 1);
    assert.ok((waits[0] ?? Number.NaN) <= 0);
  });

  it('told to come back much later ends and names the time', async () => {
    all.hub.fault = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    assert.deepEqual(await failureOf(all.fetch()), {
      code: 'downloadBusy',
      status: 429,
      host: new URL(all.hub.endpoint).host,
      retryAfterSeconds: 3600,
    });
    assert.equal(all.hub.requests.length, 1);
    all.hub.fault = () => ({ status: 503, headers: { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() } });
    const error = await failureOf(all.fetch());
    assert.ok(error.code === 'downloadBusy' && (error.retryAfterSeconds ?? 0) > 3500, JSON.stringify(error));
  });

  it('goes on after some answers of 500, 502 and 503', async () => {
    const statuses = [500, 502, 503];
    all.hub.fault = () => {
      const status = statuses.pop();
      return status === undefined ? undefined : { status };
    };
    await all.fetch();
    isWhole();
  });

  it('at a server that always answers 500 ends after some tries', async () => {
    all.hub.fault = () => ({ status: 500 });
    const error = await failureOf(all.fetch());
    assert.ok(error.code === 'downloadInterrupted', error.code);
    assert.equal(error.reason, 'HTTP 500');
    assert.equal(all.hub.requests.length, 6);
  });

  it('goes on by another connection when one stalls', async () => {
    all.hub.fault = ({ on, index }) => (on === 'files' && index === 1 ? { stallAfter: 70_000 } : undefined);
    await all.fetch({}, { tuning: { stallMs: 300 } });
    isWhole();
  });

  it('that stalls again and again says so and keeps what came', async () => {
    all.hub.fault = ({ on, index }) => (on === 'files' && index >= 3 ? { stallAfter: 0 } : undefined);
    const error = await failureOf(all.fetch({}, { tuning: { stallMs: 100, tries: 2 } }));
    assert.ok(error.code === 'downloadStalled', error.code);
    assert.equal(error.seconds, 0.1);
    assert.equal(all.keptBytes, error.doneBytes);
    all.hub.fault = () => undefined;
    await all.fetch();
    isWhole();
  });

  it('at a sign-in page of the network says that this is not the file', async () => {
    all.hub.fault = () => ({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>Sign in</html>' });
    const error = await failureOf(all.fetch());
    assert.ok(error.code === 'downloadUnexpected', error.code);
    assert.match(error.found, /text\/html/);
    assert.equal(all.keptBytes, 0);
  });

  it('sets a file with a wrong byte aside, names both sums, and fetches it anew the next time', async () => {
    all.hub.fault = ({ on }) => (on === 'files' ? { wrongByteAt: 1_500_000 } : undefined);
    const error = await failureOf(all.fetch());
    assert.ok(error.code === 'downloadDamaged', error.code);
    assert.ok(error.because.kind === 'sha256');
    assert.equal(error.because.expected, sha256(all.bytes));
    assert.equal(error.because.found, sha256(readFileSync(all.corrupt)));
    assert.equal(error.keptAs, all.corrupt);
    assert.ok(!existsSync(all.target) && !existsSync(all.part));
    all.hub.fault = () => undefined;
    await all.fetch();
    isWhole();
    assert.ok(!existsSync(all.corrupt), 'With a good one there, the bad one only takes room.');
  });

  it('checks the sum that the settings give above all others', async () => {
    const error = await failureOf(all.fetch({ sha256: 'ab'.repeat(32) }));
    assert.ok(error.code === 'downloadDamaged' && error.because.kind === 'sha256');
    assert.equal(error.because.expected, 'ab'.repeat(32));
    assert.equal(await all.fetch({ sha256: sha256(all.bytes).toUpperCase() }), all.target);
  });

  it('checks the sum of the list of files where the file comes without one', async () => {
    all.hub.linked = false;
    const error = await failureOf(all.fetch({ listedSha256: 'cd'.repeat(32) }));
    assert.ok(error.code === 'downloadDamaged' && error.because.kind === 'sha256');
  });

  it('sets a file aside that is no GGUF though its sum is right', async () => {
    all.hub.put(all.name, Buffer.from('PK\x03\x04 not a model'));
    const error = await failureOf(all.fetch());
    assert.ok(error.code === 'downloadDamaged', error.code);
    assert.ok(error.because.kind === 'notGguf');
    assert.match(error.because.found, /PK/);
  });

  it('sets a file aside whose tensors lie beyond its end though its sum is right', async () => {
    all.hub.put(all.name, all.bytes.subarray(0, 2_000_000));
    const error = await failureOf(all.fetch());
    assert.ok(error.code === 'downloadDamaged', error.code);
    assert.deepEqual(error.because, { kind: 'tensors', neededBytes: all.bytes.length, fileBytes: 2_000_000 });
    assert.equal(statSync(all.corrupt).size, 2_000_000);
  });
});
