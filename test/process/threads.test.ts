import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { LoadParams, ModelInfo } from '../../src/shared/inferenceProtocol.ts';
import { ask, loaded, newClient, reply, smallLoad } from './support.ts';

interface Outcome {
  readonly info?: ModelInfo;
  readonly error?: string;
  readonly isReason?: boolean;
  /** The engine's own. */
  readonly lines: readonly string[];
  /** Threads and size of each that was made, in order. */
  readonly contexts: readonly (readonly [threads: number, contextTokens: number])[];
}

describe('The threads of a model on the processor', () => {
  let folder: string;
  let threadsFile: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-threads-'));
    threadsFile = path.join(folder, 'threads.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The real engine in a process of its own, with one and two threads to choose from. */
  async function loadedAlone(how = '', changes: Partial<LoadParams> = {}): Promise<Outcome> {
    const file = how === 'nowhere' ? {} : { threadsFile };
    const params = JSON.stringify({ ...smallLoad, ...file, progressToken: 'load', ...changes });
    const script = path.join(import.meta.dirname, 'fixtures/threads.ts');
    const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
    const { stdout } = await promisify(execFile)(process.execPath, [script, params, how], { env });
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Outcome;
  }

  /** Where other work disturbed the measurement or made it too slow nothing is kept, and the next load measures again. */
  async function measuredAlone(changes: Partial<LoadParams> = {}): Promise<Outcome> {
    for (;;) {
      const outcome = await loadedAlone('', changes);
      if (!outcome.lines.some((line) => /was disturbed|too long/.test(line))) return outcome;
    }
  }

  const measurements = ({ contexts }: Outcome): number => contexts.filter(([, tokens]) => tokens !== smallLoad.contextTokens).length;
  /** Of the context that is used. */
  const used = ({ contexts }: Outcome): number | undefined => contexts.at(-1)?.[0];
  const keptIn = (file: string): { threads: number }[] =>
    Object.values((JSON.parse(readFileSync(file, 'utf8')) as { models: Record<string, { threads: number }> }).models);

  it('are measured once, and known to the next process', async () => {
    const first = await measuredAlone();
    // To warm up, with one thread, with two; and with one again where two were faster.
    assert.ok(measurements(first) >= 3, JSON.stringify(first));
    const [kept] = keptIn(threadsFile);
    assert.deepEqual([first.info?.threads, first.info?.threadsFrom, used(first)], [kept?.threads, 'measured', kept?.threads]);
    // What was measured depends on what else runs; that it is remembered does not.
    const text = readFileSync(threadsFile, 'utf8').replace(/"threads":\d+/, '"threads":2');
    writeFileSync(threadsFile, text);
    if (process.platform !== 'win32') assert.equal(statSync(threadsFile).mode & 0o077, 0);
    const second = await loadedAlone();
    assert.deepEqual([second.info?.threads, second.info?.threadsFrom, used(second)], [2, 'measured', 2]);
    assert.equal(measurements(second), 0);
    assert.equal(readFileSync(threadsFile, 'utf8'), text);
  });

  it('are the user’s where the user says so', async () => {
    const { info, ...outcome } = await loadedAlone('', { threads: 3 });
    assert.deepEqual([info?.threads, info?.threadsFrom, used(outcome)], [3, 'user', 3]);
    assert.equal(measurements(outcome), 0);
    assert.ok(!existsSync(threadsFile));
  });

  it('are the usual ones where nothing is to be remembered, or other work runs', async () => {
    const outcomes = [await loadedAlone('nowhere'), await loadedAlone('busy')];
    for (const outcome of outcomes) {
      assert.deepEqual([outcome.info?.threads, outcome.info?.threadsFrom, measurements(outcome)], [1, 'default', 0]);
    }
    assert.ok(!existsSync(threadsFile));
  });

  it('are measured again where the file is damaged', async () => {
    writeFileSync(threadsFile, '{"version":1,"models":{');
    const outcome = await measuredAlone();
    assert.ok(outcome.info && measurements(outcome) >= 2, JSON.stringify(outcome));
    assert.equal(keptIn(threadsFile).length, 1);
  });

  it('are the usual ones where the measurement fails, or cannot be kept', async () => {
    const failed = await loadedAlone('fail');
    assert.deepEqual([failed.info?.threads, failed.info?.threadsFrom, used(failed)], [1, 'default', 1]);
    assert.match(failed.lines.join('\n'), /Threads: 1, as they cannot be measured: failed to allocate/);
    assert.ok(!existsSync(threadsFile));
    writeFileSync(path.join(folder, 'file'), '');
    const unkept = await measuredAlone({ threadsFile: path.join(folder, 'file/threads.json') });
    assert.ok(unkept.info && measurements(unkept) >= 2);
    assert.match(unkept.lines.join('\n'), /The threads that were measured cannot be kept/);
  });

  it('are nobody’s concern any more once the load is cancelled while they are measured', async () => {
    const outcome = await loadedAlone('abort');
    assert.deepEqual([outcome.info, outcome.isReason, outcome.contexts], [undefined, true, [[1, 512]]]);
    assert.ok(!existsSync(threadsFile));
  });

  it('are told with their origin by the inference process, and change no token of a reply', async () => {
    const ids = new Map<number, readonly number[] | undefined>();
    // Few tokens: where other work has one of two cores, two threads may take a second for each.
    for (const threads of [0, 1, 2]) {
      const { client } = newClient();
      try {
        const info = await loaded(client, { threads, threadsFile });
        assert.ok(
          threads > 0 ? info.threadsFrom === 'user' && info.threads === threads : info.threadsFrom !== 'user',
          JSON.stringify(info),
        );
        const { result } = await reply(client, ask('What is 17 + 25?', { trace: true, maxTokens: 8 }));
        ids.set(threads, result.trace?.generatedIds);
      } finally {
        await client.dispose();
      }
    }
    const expected = ids.get(1);
    assert.ok(expected && expected.length === 8);
    for (const [threads, own] of ids) assert.deepEqual(own, expected, `${threads} threads`);
  });
});
