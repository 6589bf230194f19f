import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { foldEvents } from '../../src/core/conversation.ts';
import type { LemmaError } from '../../src/core/errors.ts';
import { LemmaFailure } from '../../src/core/errors.ts';
import { decodeJournal, encodeEvent } from '../../src/core/journal.ts';
import { Conversations } from '../../src/host/conversations.ts';
import type { Memory } from '../../src/host/conversations.ts';
import { fullDisk } from './fullDisk.ts';
import type { FullDisk } from './fullDisk.ts';

const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {} };

function memory(active?: string): Memory {
  const values = new Map<string, string>(active === undefined ? [] : [['lemma.activeConversation', active]]);
  return {
    get: (key) => values.get(key),
    update: (key, value) => {
      if (value === undefined) values.delete(key);
      else values.set(key, value);
      return Promise.resolve();
    },
  };
}

/** A question and its answer, without the conversation's beginning. */
const turn = (id: string, text: string, answer: string): ConversationEvent[] => [
  { type: 'asked', question: { id, task: 'ask', text }, at: 1 },
  { type: 'phase', turnId: id, phase: 'thinking', at: 2 },
  { type: 'delta', turnId: id, part: 'thought', text: `about ${text}`, tokens: 3 },
  { type: 'phase', turnId: id, phase: 'answering', at: 3 },
  { type: 'delta', turnId: id, part: 'answer', text: answer, tokens: 1 },
  { type: 'ended', turnId: id, end: { kind: 'complete' }, at: 4 },
];
/** More than the last block of a file has room for. */
const long = (text: string): string => `${text} `.repeat(2000);
const created: ConversationEvent = { type: 'created', version: 1, id: 'c', at: 0 };

/** `describe` of tests that this machine cannot run. */
function none(_what: string, _tests: () => void): void {}

/** What the store says about saving, `failed` or `saved`, in order. */
class Sayings {
  readonly said: string[] = [];
  readonly #target = new EventTarget();

  constructor(store: Conversations) {
    store.onDidFail((error) => {
      this.said.push(error === undefined ? 'saved' : error.code === 'storageFailed' ? 'failed' : error.code);
      this.#target.dispatchEvent(new Event('said'));
    });
  }

  /** Resolves when that was sayings.said. */
  async until(word: 'failed' | 'saved'): Promise<void> {
    while (!this.said.includes(word)) await once(this.#target, 'said');
  }
}

// Elsewhere no test may fill a disk.
(process.platform === 'linux' ? describe : none)('saving where nothing can be written', () => {
  let folder: string;
  let full: FullDisk;
  let store: Conversations;
  let sayings: Sayings;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lemma-faults-'));
    full = fullDisk(path.join(folder, 'disk'));
    use(full.folder);
  });
  afterEach(async () => {
    full.makeRoom();
    await store.close();
    full.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const use = (where: string): void => {
    store = new Conversations(where, memory(), quiet);
    sayings = new Sayings(store);
  };
  const stored = async (id = ''): Promise<ReturnType<typeof foldEvents>> =>
    foldEvents(decodeJournal(await readFile(store.library.file(id))).events);
  const locks = async (): Promise<string[]> => (await readdir(full.folder)).filter((name) => name.includes('.lock'));

  it('keeps what does not fit on a full disk, says so once, and writes it when there is room again', async () => {
    for (const event of turn('a', 'first', '1')) store.append(event);
    await store.flush();
    full.fill();
    for (const event of turn('b', long('second'), '2')) store.append(event);
    await store.flush();
    for (const event of turn('c', 'third', '3')) store.append(event);
    await store.flush();
    assert.equal(sayings.said.join(), 'failed', full.kind);
    assert.equal(store.current?.turns.length, 3, 'it goes on in memory');
    assert.equal((await stored(store.current.id))?.turns[0]?.answer, '1', 'what was written before stays readable');
    full.makeRoom();
    await sayings.until('saved');
    assert.equal(sayings.said.join(), 'failed,saved', 'by itself');
    assert.deepEqual(await stored(store.current.id), store.current);
  });

  it('creates the file of a conversation that was begun on a full disk as soon as there is room', async () => {
    full.fill();
    for (const event of turn('a', 'first', '1')) store.append(event);
    await store.flush();
    for (const event of turn('b', 'second', '2')) store.append(event);
    await store.flush();
    assert.ok(sayings.said.length > 0 && sayings.said.every((word) => word === 'failed'), sayings.said.join());
    full.makeRoom();
    await sayings.until('saved');
    assert.deepEqual(await stored(store.current?.id), store.current);
  });

  it('loses nothing when a conversation is left on a full disk: it can be returned to, and is written later', async () => {
    for (const event of turn('a', 'first', '1')) store.append(event);
    await store.flush();
    full.fill();
    for (const event of turn('b', long('second'), '2')) store.append(event);
    const left = store.current;
    assert.ok(left);
    await store.startNew();
    assert.equal(store.eventCount, 0);
    for (const event of turn('c', long('third'), '3')) store.append(event);
    await store.flush();
    const other = store.current;
    assert.ok(other);
    const { items } = await store.library.list('', ...store.inMemory);
    assert.deepEqual(
      items.map(({ id, questions }) => [id, questions]).sort(),
      [
        [left.id, 2],
        [other.id, 1],
      ].sort(),
    );

    assert.equal(await store.open(left.id), 'opened');
    assert.deepEqual(store.current, left);
    assert.equal(sayings.said.at(-1), 'failed');
    await store.startNew();
    full.makeRoom();
    await sayings.until('saved');
    assert.deepEqual([await stored(left.id), await stored(other.id)], [left, other]);
    assert.equal(await store.open(other.id), 'opened');
    assert.equal(await store.open(left.id), 'opened');
    assert.deepEqual(store.current, left, 'it is read from the disk now');
    await store.startNew();
    assert.deepEqual(await locks(), [], 'the files are closed');
  });

  it('opens another conversation on a full disk', async () => {
    await writeFile(path.join(full.folder, 'c.jsonl'), [created, ...turn('a', 'x', 'y')].map(encodeEvent).join(''));
    full.fill();
    assert.equal(await store.open('c'), 'opened');
    assert.equal(store.current?.turns[0]?.answer, 'y');
  });

  it('does not pretend that a title was saved on a full disk', async () => {
    await writeFile(path.join(full.folder, 'c.jsonl'), [created, ...turn('a', 'x', 'y')].map(encodeEvent).join(''));
    full.fill();
    const renamed = store.library.append('c', { type: 'renamed', title: 'Sums '.repeat(1000), at: 5 });
    await assert.rejects(renamed, (error) => error instanceof LemmaFailure && error.error.code === 'changeNotSaved');
    full.makeRoom();
    assert.equal((await store.library.list('')).items[0]?.title, 'x');
    assert.deepEqual(await locks(), []);
  });

  it('deletes no conversation of which a part waits for room, and another window has nothing to do with it', async () => {
    for (const event of turn('a', 'first', '1')) store.append(event);
    await store.flush();
    full.fill();
    for (const event of turn('b', long('second'), '2')) store.append(event);
    const shown = store.current;
    assert.ok(shown);
    assert.equal(await store.delete(shown.id), 'unsaved');
    assert.equal(store.current, shown, 'it is still shown');
    await store.startNew();
    assert.equal(await store.delete(shown.id), 'unsaved');
    assert.equal(await store.change(shown.id, { type: 'renamed', title: 'Sums', at: 5 }), 'done');
    const [item] = (await store.library.list('', ...store.inMemory)).items;
    assert.deepEqual([item?.title, item?.questions, item?.elsewhere], ['Sums', 2, false]);
    full.makeRoom();
    await sayings.until('saved');
    assert.equal((await stored(shown.id))?.title, 'Sums');
    assert.equal(await store.delete(shown.id), 'done');
    assert.deepEqual((await store.library.list('', ...store.inMemory)).items, []);
    await store.library.undoDelete(shown.id);
    assert.equal((await stored(shown.id))?.turns.length, 2);
  });

  it('deletes a conversation that another window has open nowhere, and one of its own on a full disk', async () => {
    for (const event of turn('a', 'first', '1')) store.append(event);
    await store.flush();
    const { id } = store.current ?? {};
    assert.ok(id);
    const other = new Conversations(full.folder, memory(), quiet);
    assert.equal(await other.delete(id), 'held');
    assert.equal(await other.change(id, { type: 'pinned', pinned: true, at: 5 }), 'held');
    await other.close();
    await store.startNew();
    full.fill();
    const result = await store.delete(id).catch((error: unknown) => error);
    // A new folder may need room; then it is said, and everything stays as it was.
    if (result !== 'done') assert.ok(result instanceof LemmaFailure && result.error.code === 'changeNotSaved', String(result));
    assert.equal((await store.library.list('')).items.length, result === 'done' ? 0 : 1);
  });

  it('creates the folder as soon as it can be created', async () => {
    // A file where a folder is to be: nobody, root neither, can create anything in it.
    const place = path.join(folder, 'place');
    await writeFile(place, '');
    use(path.join(place, 'conversations'));
    for (const event of turn('a', 'first', '1')) store.append(event);
    await store.flush();
    assert.equal(sayings.said.join(), 'failed');
    await store.startNew();
    for (const event of turn('b', 'second', '2')) store.append(event);
    await store.flush();
    const { current } = store;
    await rm(place);
    await sayings.until('saved');
    assert.deepEqual(await stored(current?.id), current);
    const names = await readdir(path.join(place, 'conversations'));
    assert.equal(names.filter((name) => name.endsWith('.jsonl')).length, 2, 'the one that was left is there too');
  });
});

describe('a damaged journal on a real disk', () => {
  let folder: string;
  let store: Conversations;
  let problems: LemmaError[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lemma-faults-'));
    store = listen(new Conversations(folder, memory(), quiet));
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const listen = (conversations: Conversations): Conversations => {
    problems = [];
    conversations.onDidNotRead((error) => problems.push(error));
    return conversations;
  };
  const file = (end = ''): string => path.join(folder, `c.jsonl${end}`);
  const lines = [created, ...turn('a', 'first', '1'), ...turn('b', 'second', '2')].map(encodeEvent);

  /** Of every kind one, and what of it is to be set aside. */
  const damages: readonly (readonly [what: string, line: Buffer, aside?: Buffer])[] = [
    ['garbage', Buffer.from([0xff, 0xfe, 0x07, 0x80, 0x41])],
    ['a cut line', Buffer.from('{"type":"delta","turnId":"a","pa')],
    ['a block of zeros', Buffer.alloc(4096)],
    ['JSON that is no event', Buffer.from('{"note":"added by hand"}')],
    ['an event without its fields', Buffer.from('{"type":"delta","turnId":"a"}')],
    [
      'a cut line that the next one ran into',
      Buffer.from('{"type":"delta","turnId":"a","pa{"type":"pinned","pinned":true,"at":9}'),
      Buffer.from('{"type":"delta","turnId":"a","pa'),
    ],
    ['zeros before an event', Buffer.concat([Buffer.alloc(100), Buffer.from('{"type":"pinned","pinned":true,"at":9}')]), Buffer.alloc(100)],
  ];

  for (const [what, line, aside = line] of damages) {
    it(`sets ${what} aside, says so once, and has the rest`, async () => {
      const bytes = Buffer.concat([Buffer.from(lines.slice(0, 4).join('')), line, Buffer.from(`\n${lines.slice(4).join('')}`)]);
      await writeFile(file(), bytes);
      assert.equal(await store.open('c'), 'opened');
      assert.deepEqual(
        store.current?.turns.map(({ thought, answer }) => [thought, answer]),
        [
          ['about first', '1'],
          ['about second', '2'],
        ],
      );
      assert.equal(store.current.pinned ?? false, line !== aside);
      assert.deepEqual(problems, [{ code: 'linesUnreadable', path: file('.unreadable'), lines: 1 }]);
      assert.deepEqual(await readFile(file('.unreadable')), Buffer.concat([aside, Buffer.from('\n')]));
      for (const event of turn('d', 'third', '3')) store.append(event);
      const { current } = store;
      await store.startNew();
      assert.equal(await store.open('c'), 'opened');
      assert.deepEqual(store.current, current);
      assert.equal(problems.length, 1, 'it is said once');
      assert.equal(decodeJournal(await readFile(file())).damaged, undefined);
    });
  }

  it('leaves events of a newer Lemma where they are', async () => {
    const bytes = [...lines.slice(0, 4), '{"type":"starred","turnId":"a"}\n', ...lines.slice(4)].join('');
    await writeFile(file(), bytes);
    assert.equal(await store.open('c'), 'opened');
    assert.equal(store.current?.turns.length, 2);
    await store.startNew();
    assert.deepEqual(problems, []);
    assert.equal(await readFile(file(), 'utf8'), bytes);
    assert.deepEqual(await readdir(folder), ['c.jsonl']);
  });

  it('keeps a last line that a crash cut off, without a word about it', async () => {
    await writeFile(file(), lines.join('') + '{"type":"delta","tu');
    assert.equal(await store.open('c'), 'opened');
    store.append({ type: 'renamed', title: 'Kept', at: 5 });
    await store.startNew();
    assert.deepEqual(problems, []);
    assert.equal(await readFile(file('.unreadable'), 'utf8'), '{"type":"delta","tu\n');
    assert.equal(await readFile(file(), 'utf8'), lines.join('') + encodeEvent({ type: 'renamed', title: 'Kept', at: 5 }));
  });

  it('says so when the file ends in zeros, as after a power failure', async () => {
    await writeFile(file(), Buffer.concat([Buffer.from(lines.join('')), Buffer.alloc(512)]));
    assert.equal(await store.open('c'), 'opened');
    assert.deepEqual(problems, [{ code: 'linesUnreadable', path: file('.unreadable'), lines: 1 }]);
  });

  it('has the answers of a journal whose beginning or question is lost, in the list and when it is opened', async () => {
    await writeFile(file(), ['zeros\n', 'zeros\n', ...lines.slice(2)].join(''));
    const [item] = (await store.library.list('')).items;
    assert.equal(item?.questions, 2);
    assert.equal(await store.open('c'), 'opened');
    assert.deepEqual(
      store.current?.turns.map(({ question, answer }) => [question.text, answer]),
      [
        ['…', '1'],
        ['second', '2'],
      ],
    );
    assert.equal(problems[0]?.code, 'linesUnreadable');
    store.append({ type: 'renamed', title: 'Still mine', at: 5 });
    await store.startNew();
    assert.equal(await store.open('c'), 'opened');
    assert.equal(store.current.title, 'Still mine');
    assert.equal(store.current.turns.length, 2);
  });

  it('adds to what was set aside before', async () => {
    await writeFile(file(), ['one\n', ...lines].join(''));
    await store.open('c');
    await store.startNew();
    await writeFile(file(), ['two\n', await readFile(file(), 'utf8')].join(''));
    await store.open('c');
    assert.equal(await readFile(file('.unreadable'), 'utf8'), 'one\ntwo\n');
    assert.equal(problems.length, 2);
  });

  it('has the rest where nothing can be set aside, and goes on behind a line that was cut off', async () => {
    await writeFile(file(), ['garbage\n', ...lines, '{"type":"delta","tu'].join(''));
    // A folder of that name cannot be appended to.
    await mkdir(file('.unreadable'));
    assert.equal(await store.open('c'), 'opened');
    assert.deepEqual(problems, [{ code: 'linesUnreadable', path: file(), lines: 1 }]);
    store.append({ type: 'renamed', title: 'Goes on', at: 5 });
    await store.startNew();
    const text = await readFile(file(), 'utf8');
    assert.ok(text.startsWith('garbage\n') && text.includes('{"type":"delta","tu\n{"type":"renamed"'), 'no byte is lost');
    await rm(file('.unreadable'), { recursive: true });
    assert.equal(await store.open('c'), 'opened');
    assert.equal(store.current?.title, 'Goes on');
    assert.equal(await readFile(file('.unreadable'), 'utf8'), 'garbage\n{"type":"delta","tu\n');
  });

  it('says where the file is kept when the conversation that was shown last holds nothing readable', async () => {
    await writeFile(file(), Buffer.alloc(2048));
    store = listen(new Conversations(folder, memory('c'), quiet));
    await store.restore();
    assert.deepEqual(problems, [{ code: 'conversationDamaged', path: file('.damaged') }]);
    assert.deepEqual(await readFile(file('.damaged')), Buffer.alloc(2048));
    assert.equal(store.current, undefined);
  });

  it('says so when the conversation that was shown last cannot be read at all', async () => {
    await mkdir(file());
    store = listen(new Conversations(folder, memory('c'), quiet));
    await store.restore();
    assert.equal(problems[0]?.code, 'conversationUnreadable');
  });
});
