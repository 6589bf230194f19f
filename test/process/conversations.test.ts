import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { foldEvents } from '../../src/core/conversation.ts';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { decodeJournal, encodeEvent } from '../../src/core/journal.ts';
import { Conversations } from '../../src/host/conversations.ts';
import type { Memory } from '../../src/host/conversations.ts';
import { JournalFile } from '../../src/host/journalFile.ts';

const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {} };

class MapMemory implements Memory {
  readonly values = new Map<string, string>();
  get(key: string): string | undefined {
    return this.values.get(key);
  }
  update(key: string, value: string | undefined): Promise<void> {
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, value);
    return Promise.resolve();
  }
}

const question = { id: 'q1', task: 'ask', text: 'What is 17 + 25?' } as const;
const reply: ConversationEvent[] = [
  { type: 'asked', question, at: 1 },
  { type: 'phase', turnId: 'q1', phase: 'thinking', at: 2 },
  { type: 'delta', turnId: 'q1', part: 'thought', text: '\n7 + 5 = 12 — «carry» 𝟙\n', tokens: 9 },
  { type: 'phase', turnId: 'q1', phase: 'answering', at: 3 },
  { type: 'delta', turnId: 'q1', part: 'answer', text: '\n\n$42$', tokens: 3 },
];

describe('the conversation store on a real disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lemma-store-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('writes nothing while nothing is asked', async () => {
    const store = new Conversations(path.join(folder, 'c'), new MapMemory(), quiet);
    await store.restore();
    await store.close();
    assert.deepEqual(await readdir(folder), []);
  });

  it('opens again with every event, and closes a turn that was left running', async () => {
    const memory = new MapMemory();
    const first = new Conversations(folder, memory, quiet);
    for (const event of reply) first.append(event);
    const before = first.current;
    await first.close();

    const second = new Conversations(folder, memory, quiet);
    await second.restore();
    assert.equal(second.current?.id, before?.id);
    const [turn] = second.current?.turns ?? [];
    assert.equal(turn?.thought, '\n7 + 5 = 12 — «carry» 𝟙\n');
    assert.equal(turn?.answer, '\n\n$42$');
    assert.deepEqual(turn?.end, { kind: 'interrupted' });
    assert.equal(second.eventCount, reply.length + 2);
    await second.close();
  });

  it('numbers the events so that a listener sees no gap', () => {
    const store = new Conversations(folder, new MapMemory(), quiet);
    const numbers: number[] = [];
    store.onDidAppend(({ from }) => numbers.push(from));
    for (const event of reply) store.append(event);
    assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5]);
    return store.close();
  });

  it('loses at most the event that was being written when the file is cut at any byte', async () => {
    const all: ConversationEvent[] = [{ type: 'created', version: 1, id: 'c', at: 0 }, ...reply];
    const bytes = Buffer.from(all.map(encodeEvent).join(''));
    const file = path.join(folder, 'cut.jsonl');
    for (let length = 0; length <= bytes.length; length += 7) {
      await writeFile(file, bytes);
      await truncate(file, length);
      const opened = await JournalFile.open(file);
      assert.ok(opened);
      const whole = bytes.subarray(0, length).filter((byte) => byte === 0x0a).length;
      assert.deepEqual(opened.decoded.events, all.slice(0, whole));
      opened.journal.append({ type: 'ended', turnId: 'q1', end: { kind: 'interrupted' }, at: 9 });
      await opened.journal.close();
      const again = decodeJournal(await readFile(file));
      // Of a journal without any event nothing is set aside: all of it is, when it is opened as a conversation.
      if (whole > 0) assert.equal(again.damaged, undefined);
      assert.equal(again.events.length, whole + 1);
    }
  });

  it('lets one process write a conversation: another window starts a new one', async () => {
    const memory = new MapMemory();
    const first = new Conversations(folder, memory, quiet);
    for (const event of reply) first.append(event);
    await new Promise((resolve) => setImmediate(resolve));
    const file = path.join(folder, `${first.current?.id ?? ''}.jsonl`);
    const { code } = await inOtherProcess(file);
    assert.equal(code, 'locked');
    await first.close();
    assert.equal((await inOtherProcess(file)).code, 'opened');
  });

  it('says that another window has the conversation, offers a copy, and shows it when that window has ended', async () => {
    const file = path.join(folder, 'killed.jsonl');
    const child = fork(new URL('./fixtures/journalWriter.ts', import.meta.url), [file, 'hold'], { execArgv: [] });
    const gone = once(child, 'exit');
    await once(child, 'message');
    const memory = new MapMemory();
    memory.values.set('lemma.activeConversation', 'killed');
    const waiting = new Conversations(folder, memory, quiet);
    const copying = new Conversations(folder, memory, quiet);
    const told = [waiting, copying].map((store) => new Promise((resolve) => store.onDidNotRead(({ code }) => resolve(code))));
    await Promise.all([waiting.restore(), copying.restore()]);
    assert.equal(waiting.eventCount, 0);
    assert.deepEqual(await Promise.all(told), ['conversationElsewhere', 'conversationElsewhere']);

    await copying.openCopy();
    const copy = copying.current;
    assert.ok(copy && copy.id !== 'killed' && copy.turns[0]?.question.text === 'endless');

    const shown = new Promise<void>((resolve) => waiting.onDidSwitch(resolve));
    child.kill('SIGKILL');
    await Promise.all([gone, shown]);
    assert.equal(waiting.current?.id, 'killed');
    assert.ok((waiting.current.turns[0]?.thought.length ?? 0) > copy.turns[0].thought.length, 'with what came after the copy');
    assert.equal(copying.current, copy, 'something was begun there meanwhile');
    await Promise.all([waiting.close(), copying.close()]);
  });

  it('says nothing of a file that was created and never written, as by a window that was killed then, and removes it', async () => {
    const memory = new MapMemory();
    memory.values.set('lemma.activeConversation', 'empty');
    const file = path.join(folder, 'empty.jsonl');
    writeFileSync(file, '');
    const store = new Conversations(folder, memory, quiet);
    store.onDidNotRead((error) => assert.fail(JSON.stringify(error)));
    await store.restore();
    assert.deepEqual([store.eventCount, existsSync(file), existsSync(`${file}.damaged`)], [0, false, false]);
    await store.close();
  });

  it('takes over the conversation of a process that was killed, with all it had written', async () => {
    const file = path.join(folder, 'killed.jsonl');
    const child = fork(new URL('./fixtures/journalWriter.ts', import.meta.url), [file, 'hold'], { execArgv: [] });
    const [written] = (await once(child, 'message')) as [number];
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    const opened = await JournalFile.open(file);
    assert.ok(opened, 'the lock of a process that is gone does not hold');
    assert.ok(opened.decoded.events.length >= written, `${opened.decoded.events.length} events of at least ${written}`);
    assert.ok(foldEvents(opened.decoded.events));
    await opened.journal.close();
  });

  it('keeps what cannot be written, says so once, and writes it when there is room again', async () => {
    const file = path.join(folder, 'full.jsonl');
    const opened = await JournalFile.open(file);
    assert.ok(opened);
    const { journal } = opened;
    const said: (string | undefined)[] = [];
    journal.onDidFail((error) => said.push(error?.code));
    // The fault is injected into the file handle's write, where a full disk shows itself.
    const handle = Reflect.get(FileHandleOf, 'prototype') as { write: (...args: unknown[]) => Promise<unknown> };
    const write = handle.write;
    handle.write = () => Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }));
    try {
      for (const event of reply) journal.append(event);
      await journal.flush();
      assert.deepEqual(said, ['storageFailed']);
    } finally {
      handle.write = write;
    }
    await journal.flush();
    assert.deepEqual(said, ['storageFailed', undefined]);
    await journal.close();
    assert.deepEqual(decodeJournal(await readFile(file)).events, reply);
  });
});

/** The class of Node's file handles, which it does not export. */
const FileHandleOf = await (async () => {
  const { open } = await import('node:fs/promises');
  const handle = await open(process.execPath, 'r');
  const { constructor } = handle;
  await handle.close();
  return constructor;
})();

async function inOtherProcess(file: string): Promise<{ code: string }> {
  const child = fork(new URL('./fixtures/journalWriter.ts', import.meta.url), [file, 'try'], { execArgv: [] });
  const [code] = (await once(child, 'message')) as [string];
  await once(child, 'exit');
  return { code };
}
