import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Conversations } from '../../src/host/conversations.ts';
import { SavedStateFolder } from '../../src/host/savedStates.ts';
import { ownRuntime } from '../../scripts/lib/ownRuntime.ts';
import { splitReply } from '../../src/core/thoughtSplitter.ts';
import { fullDisk } from './fullDisk.ts';
import { ask, countTo400, followUp, loaded, longText, modulePath, newClient, reply } from './support.ts';
import type { Ask, Client, Reply } from './support.ts';
import { turnBench } from './turnSupport.ts';

const gib = 2 ** 30;
const question = { task: 'ask', text: 'What is 2 + 2?' } as const;
const log = (): void => undefined;

describe('What the context remembers of a conversation', () => {
  let folder: string;
  let client: Client;
  let lines: string[];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'lemma-states-'));
    ({ client, lines } = newClient());
    await load();
  });
  afterEach(async () => {
    await client.dispose();
    rmSync(folder, { recursive: true });
  });

  const load = (mostBytes = gib): Promise<unknown> => loaded(client, { savedStates: { folder, mostBytes } });
  const again = async (): Promise<void> => {
    await client.unload();
    await load();
  };
  const asked = (conversation: string | undefined, changes: Partial<Ask> = {}): Promise<Reply> =>
    reply(client, {
      ...ask(`${longText(400)}What is 2 + 2?`),
      ...(conversation === undefined ? {} : { conversation }),
      trace: true,
      ...changes,
    });
  const evaluated = ({ result }: Reply): number => result.promptTokens - result.reusedTokens;
  const ids = ({ result }: Reply): readonly number[] => result.trace?.generatedIds ?? [];
  const files = (ending = ''): string[] => readdirSync(folder).filter((name) => name.endsWith(ending));
  const only = (ending: string): string => {
    const [name = '', ...more] = files(ending);
    assert.deepEqual(more, []);
    return path.join(folder, name);
  };

  it('is read back after an unload, and the reply is the one from scratch, token for token', async () => {
    const first = await asked('one');
    assert.equal(first.result.reusedTokens, 0);
    await again();
    const messages = followUp(`${longText(400)}What is 2 + 2?`, splitReply(first.text).answer, 'What is 17 + 25?');
    const next = await asked('one', { messages });
    // All but what enforces the thought, which the history has not.
    const { promptTokens } = first.result;
    const { reusedTokens } = next.result;
    assert.ok(reusedTokens > promptTokens - 5 && reusedTokens <= promptTokens, `${reusedTokens} of ${promptTokens}`);
    await again();
    const scratch = await asked('other', { messages });
    assert.equal(scratch.result.reusedTokens, 0);
    assert.deepEqual(ids(next), ids(scratch));
  });

  it('lets a reply go on in another process where it stopped, with its own tokens', async () => {
    const sampling = { temperature: 5, topP: 1, topK: 0, seed: 11 };
    const first = await asked('one', { sampling, maxTokens: 60 });
    assert.equal(first.result.generatedTokens, 60);
    await client.unload();
    await client.restart();
    await load();
    const rest = await asked('one', { prefill: first.text, maxTokens: 3 });
    assert.deepEqual(rest.result.trace?.promptIds.slice(-60), ids(first).slice(0, 60));
    assert.equal(evaluated(rest), 1);
  });

  it('is kept when the last window leaves', async () => {
    await asked('one', { maxTokens: 4 });
    await client.dispose();
    assert.equal(files('.state').length, 1, lines.join('\n'));
    ({ client, lines } = newClient());
    await load();
    assert.equal(evaluated(await asked('one', { maxTokens: 4 })), 1);
  });

  it('lies in files that this user alone can read, and is not written anew when nothing has changed', async () => {
    await asked('one', { maxTokens: 4 });
    await again();
    const { ino } = statSync(only('.state'));
    if (process.platform !== 'win32') for (const name of files()) assert.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600, name);
    await client.readAhead({
      conversation: 'one',
      messages: [{ role: 'user', content: `${longText(400)}What is 2 + 2?` }],
      wholePrompt: { mostTokens: 0 },
    });
    await client.unload();
    assert.equal(statSync(only('.state')).ino, ino);
    assert.deepEqual(files('.new'), []);
  });

  it('is not kept of a short conversation, nor of one without a name, nor of another extension’s request', async () => {
    await reply(client, { ...ask('What is 2 + 2?', { maxTokens: 8 }), conversation: 'short' });
    await asked(undefined, { maxTokens: 4 });
    await asked(undefined, { maxTokens: 4, side: 'request' });
    await asked('../../escape', { maxTokens: 4 });
    await again();
    assert.deepEqual(files(), []);
  });

  const damages: Readonly<Record<string, () => void>> = {
    'was cut short': () => truncateSync(only('.state'), statSync(only('.state')).size / 2),
    'was changed in one byte': () => {
      const bytes = readFileSync(only('.state'));
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
      writeFileSync(only('.state'), bytes);
    },
    'is missing': () => rmSync(only('.state')),
    'has a header that is none': () => writeFileSync(only('.json'), '{"version":1'),
    'has another model’s header': () => {
      const header = JSON.parse(readFileSync(only('.json'), 'utf8')) as Record<string, unknown>;
      writeFileSync(only('.json'), JSON.stringify({ ...header, key: '0'.repeat(32) }));
    },
    'has a header that tells of other tokens': () => {
      const header = JSON.parse(readFileSync(only('.json'), 'utf8')) as Record<string, unknown>;
      writeFileSync(only('.json'), JSON.stringify({ ...header, tokensDigest: '0'.repeat(64) }));
    },
  };
  for (const [what, damage] of Object.entries(damages)) {
    it(`is read again where the file ${what}`, async () => {
      const first = await asked('one');
      await client.unload();
      damage();
      await load();
      const second = await asked('one');
      assert.equal(second.result.reusedTokens, 0);
      assert.deepEqual(ids(second), ids(first));
      // And is kept again.
      await again();
      assert.equal(evaluated(await asked('one', { maxTokens: 1 })), 1);
    });
  }

  it('that cannot be kept is read again, and nothing fails', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    await loaded(client, { savedStates: { folder: file, mostBytes: gib } });
    const first = await asked('one');
    await client.unload();
    await loaded(client, { savedStates: { folder: file, mostBytes: gib } });
    assert.deepEqual(ids(await asked('one')), ids(first));
    assert.match(lines.join('\n'), /What the context remembered cannot be kept/);
  });

  it('is read again where the disk was full, and nothing is left of it there', async function () {
    const disk = fullDisk(path.join(folder, 'disk'));
    try {
      // A limit on the size of files is this process's alone.
      if (disk.kind !== 'a full tmpfs') return this.skip();
      const where = { folder: path.join(disk.folder, 'states'), mostBytes: gib };
      mkdirSync(where.folder);
      disk.fill();
      await loaded(client, { savedStates: where });
      const first = await asked('one');
      await client.unload();
      assert.deepEqual(readdirSync(where.folder), []);
      await loaded(client, { savedStates: where });
      const second = await asked('one');
      assert.equal(second.result.reusedTokens, 0);
      assert.deepEqual(ids(second), ids(first));
    } finally {
      disk.remove();
    }
  });

  it('is another one for each way to load the model', async () => {
    await asked('one', { maxTokens: 4 });
    await client.unload();
    await loaded(client, { savedStates: { folder, mostBytes: gib }, yarn: true });
    assert.equal((await asked('one', { maxTokens: 4 })).result.reusedTokens, 0);
    await client.unload();
    assert.equal(files('.state').length, 2);
    await load();
    assert.equal(evaluated(await asked('one', { maxTokens: 4 })), 1);
  });

  it('is not read into a context that is too short for it', async () => {
    await asked('one', { maxTokens: 4 });
    await client.unload();
    await loaded(client, { savedStates: { folder, mostBytes: gib }, contextTokens: 256 });
    const short = await reply(client, { ...ask('What is 2 + 2?'), conversation: 'one' });
    assert.match(short.text, /\\boxed\{4\}/);
    assert.equal(short.result.reusedTokens, 0);
  });

  it('goes with the conversation when that is deleted, whether the context has it or a file', async () => {
    await asked('one', { maxTokens: 4 });
    await again();
    await asked('two', { maxTokens: 4 });
    assert.equal(files('.state').length, 1);
    await client.forget('one');
    await client.forget('two');
    assert.deepEqual(files(), []);
    await client.unload();
    assert.deepEqual(files(), []);
  });

  it('is kept under the id of the conversation that a turn belongs to', async () => {
    const bench = await turnBench({ savedStates: { folder, mostBytes: gib } }, 4);
    try {
      await bench.turns.ask({ ...question, text: longText(400) });
      await bench.model.unload();
      assert.equal(path.basename(only('.state')).split('.')[0], bench.conversations.current?.id);
    } finally {
      await bench.close();
    }
  });

  it('goes with the conversation also where no process runs, and with a turn that is deleted', async () => {
    const journals = path.join(folder, 'journals');
    const states = path.join(folder, 'states');
    const keep = { get: () => undefined, update: () => Promise.resolve() };
    const quiet = { error: log, warn: log, info: log, debug: log, trace: log };
    const conversations = new Conversations(journals, keep, quiet);
    const forgotten: Promise<void>[] = [];
    const host = new SavedStateFolder(states, { forget: (id) => client.forget(id) }, quiet);
    conversations.onDidForget((id) => forgotten.push(host.forget(id)));
    conversations.append({ type: 'asked', question: { ...question, id: 'turn' }, at: 1 });
    const { id = '' } = conversations.current ?? {};
    const kept = async (): Promise<number> => {
      await loaded(client, { savedStates: { folder: states, mostBytes: gib } });
      await asked(id, { maxTokens: 4 });
      await client.unload();
      return readdirSync(states).length;
    };
    assert.equal(await kept(), 2);
    conversations.append({ type: 'turnDeleted', turnId: 'turn', at: 2 });
    await Promise.all(forgotten);
    assert.deepEqual(readdirSync(states), []);
    assert.equal(await kept(), 2);
    await client.dispose();
    assert.equal(await conversations.delete(id), 'done');
    await Promise.all(forgotten);
    assert.deepEqual(readdirSync(states), []);
    assert.equal(forgotten.length, 2);
    await conversations.close();
  });

  it('takes no more room than is allowed: what was not used for longest is removed', async () => {
    const keep = async (conversation: string): Promise<void> => {
      await asked(conversation, { maxTokens: 4 });
      await client.unload();
      await load(mostBytes);
    };
    let mostBytes = gib;
    await keep('one');
    const { size } = statSync(only('.state'));
    mostBytes = Math.round(2.5 * size);
    await keep('two');
    // Used again, so that the other one is older.
    await keep('one');
    await keep('three');
    const names = files('.state').map((name) => name.split('.')[0]);
    assert.deepEqual(names.toSorted(), ['one', 'three']);
    assert.equal(files('.json').length, 2);
  });

  it('is removed when it is not wanted any more', async () => {
    await asked('one', { maxTokens: 4 });
    await again();
    assert.equal(files('.state').length, 1);
    await client.unload();
    await load(0);
    await asked('one', { maxTokens: 4 });
    await client.unload();
    assert.deepEqual(files(), []);
  });

  it('waits in a file while another conversation is there, and is read back when it comes again', async () => {
    const one = await asked('one', { maxTokens: 40 });
    const other = ask(`${longText(600)}What is 17 + 25?`, { conversation: 'two', maxTokens: 40 });
    await reply(client, other);
    const back = await asked('one', { prefill: one.text, maxTokens: 40 });
    assert.equal(evaluated(back), 1, 'the reply goes on where it was');
    const there = await reply(client, other);
    assert.equal(there.result.reusedTokens, there.result.promptTokens - 1);
    // Beside a request of another extension too.
    await asked(undefined, { side: 'request', maxTokens: 4 });
    const after = await asked('one', { prefill: one.text, maxTokens: 40 });
    assert.equal(evaluated(after), 1);
    assert.equal(evaluated(await asked(undefined, { side: 'request', maxTokens: 4 })), 1);
  });

  it('is kept for each window that comes in between', async () => {
    const env = ownRuntime();
    const windows = [newClient(modulePath, env).client, newClient(modulePath, env).client];
    try {
      const questions = ['What is 17 + 25?', 'What is 47 + 38?'].map((text, window) =>
        ask(`${longText(200 + 100 * window)}${text}`, { conversation: `window-${window}`, maxTokens: 8 }),
      );
      const rounds: number[][] = [];
      for (let round = 0; round < 3; round++) {
        rounds.push([]);
        for (const [index, window] of windows.entries()) {
          await loaded(window, { savedStates: { folder, mostBytes: gib } });
          rounds.at(-1)?.push(evaluated(await reply(window, questions[index] ?? ask(''))));
        }
      }
      assert.ok((rounds[0]?.[0] ?? 0) > 190, String(rounds));
      assert.deepEqual(rounds.slice(1), [
        [1, 1],
        [1, 1],
      ]);
    } finally {
      await Promise.all(windows.map((window) => window.dispose()));
    }
  });

  it('is read back while the next question is typed', async () => {
    const first = await reply(client, { ...ask(countTo400, { maxTokens: 400 }), conversation: 'one' });
    assert.equal(first.result.generatedTokens, 400);
    await again();
    const messages = [{ role: 'user', content: countTo400 }] as const;
    const { promptTokens, readTokens } = await client.readAhead({ conversation: 'one', messages, wholePrompt: { mostTokens: 1000 } });
    assert.ok(promptTokens > 0);
    assert.equal(readTokens, 0, 'it is there already');
    const next = await reply(client, { ...ask(countTo400, { maxTokens: 4 }), conversation: 'one' });
    assert.equal(evaluated(next), 1);
  });
});
