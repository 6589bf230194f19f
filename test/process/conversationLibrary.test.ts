import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { decodeJournal, encodeEvent } from '../../src/core/journal.ts';
import { replayEvents } from '../../src/core/replay.ts';
import { Conversations } from '../../src/host/conversations.ts';
import type { Memory } from '../../src/host/conversations.ts';
import { JournalFile, NewerJournalError } from '../../src/host/journalFile.ts';
import { withoutThoughts } from '../../src/host/journalScan.ts';

const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {} };

function memory(): Memory {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key),
    update: (key, value) => {
      if (value === undefined) values.delete(key);
      else values.set(key, value);
      return Promise.resolve();
    },
  };
}

/** A conversation of one question, all at `at`. */
const events = (id: string, text: string, answer: string, at: number, thought = 'hm'): ConversationEvent[] => [
  { type: 'created', version: 1, id, at },
  { type: 'asked', question: { id: `${id}-q`, task: 'ask', text }, at },
  { type: 'phase', turnId: `${id}-q`, phase: 'thinking', at },
  { type: 'delta', turnId: `${id}-q`, part: 'thought', text: thought, tokens: 1 },
  { type: 'phase', turnId: `${id}-q`, phase: 'answering', at },
  { type: 'delta', turnId: `${id}-q`, part: 'answer', text: answer, tokens: 1 },
  { type: 'ended', turnId: `${id}-q`, end: { kind: 'complete' }, at },
];

describe('the list of conversations on a real disk', () => {
  let folder: string;
  let store: Conversations;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lemma-library-'));
    store = new Conversations(folder, memory(), quiet);
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const write = (id: string, lines: readonly ConversationEvent[] | string): Promise<void> =>
    writeFile(path.join(folder, `${id}.jsonl`), typeof lines === 'string' ? lines : lines.map(encodeEvent).join(''));
  const listed = async (query = ''): Promise<string[]> => (await store.library.list(query, store.current)).items.map(({ id }) => id);

  it('is empty where there is no folder yet', async () => {
    const nowhere = new Conversations(path.join(folder, 'none'), memory(), quiet);
    assert.deepEqual(await nowhere.library.list(''), { items: [], damaged: 0 });
    await nowhere.close();
  });

  it('has the pinned first, then the newest, named by their first question', async () => {
    await write('old', events('old', 'What is 17 + 25?', '42', 100));
    await write('new', events('new', 'What is 3 times 4?', '12', 300));
    await write('pinned', [...events('pinned', 'First of all', 'yes', 50), { type: 'pinned', pinned: true, at: 900 }]);
    await write('named', [...events('named', 'x', 'y', 200), { type: 'renamed', title: 'Sums', at: 999 }]);
    const { items } = await store.library.list('');
    assert.deepEqual(
      items.map(({ id, title, changedAt, pinned, questions }) => ({ id, title, changedAt, pinned, questions })),
      [
        { id: 'pinned', title: 'First of all', changedAt: 50, pinned: true, questions: 1 },
        { id: 'new', title: 'What is 3 times 4?', changedAt: 300, pinned: false, questions: 1 },
        { id: 'named', title: 'Sums', changedAt: 200, pinned: false, questions: 1 },
        { id: 'old', title: 'What is 17 + 25?', changedAt: 100, pinned: false, questions: 1 },
      ],
    );
  });

  it('has the current conversation as it is now, whatever of it is written', async () => {
    for (const event of events('x', 'Just asked', 'now', 5).slice(1)) store.append(event);
    const { items } = await store.library.list('', store.current);
    assert.deepEqual(
      items.map(({ id, title }) => [id, title]),
      [[store.current?.id, 'Just asked']],
    );
  });

  it('finds words in questions, answers and titles, whatever their case, but not in thoughts', async () => {
    await write('a', events('a', 'What is the derivative?', `${'so '.repeat(60)}it is f′(x) = 2x (by the Power rule)`, 1, 'integral'));
    await write('b', events('b', 'Über das Integral [0, 1]', 'Ein Halb.', 2));
    assert.deepEqual(await listed('power RULE'), ['a']);
    assert.deepEqual(await listed('derivative'), ['a']);
    assert.deepEqual(await listed('über'), ['b']);
    assert.deepEqual(await listed('integral'), ['b'], 'a thought is not searched');
    assert.deepEqual(await listed('[0,'), ['b'], 'what is typed means itself');
    assert.deepEqual(await listed('derivative halb'), []);
    const [found] = (await store.library.list('power')).items;
    assert.match(found?.excerpt ?? '', /^….*2x \(by the Power rule\)$/);
    assert.equal((await store.library.list('über')).items[0]?.excerpt, undefined, 'its title says it');
  });

  it('sets aside what holds no conversation, counts it, and lists the rest', async () => {
    await write('good', events('good', 'x', 'y', 1));
    await write('noise', '\u0000\u0001 no journal\n{"type":"delta"}\n');
    await write('headless', encodeEvent({ type: 'renamed', title: 'of nothing', at: 1 }));
    await write('empty', '');
    const found = await store.library.list('');
    assert.deepEqual(
      found.items.map(({ id }) => id),
      ['good'],
    );
    assert.equal(found.damaged, 2);
    await store.library.settled();
    assert.deepEqual((await readdir(folder)).sort(), [
      ...['empty.jsonl', 'good.jsonl', 'headless.jsonl.damaged', 'index.json', 'noise.jsonl.damaged'],
    ]);
    assert.equal((await store.library.list('')).damaged, 2, 'they stay counted');
  });

  it('keeps what is readable of a journal with damaged lines', async () => {
    const lines = events('torn', 'What is left?', 'this', 1).map(encodeEvent);
    await write('torn', [...lines.slice(0, 2), '{"type":"del\u0000', '\n', ...lines.slice(4), '{"type":"en'].join(''));
    const { items, damaged } = await store.library.list('left');
    assert.equal(damaged, 0);
    assert.equal(items[0]?.title, 'What is left?');
    assert.equal(await store.open('torn'), 'opened');
    assert.equal(store.current?.turns[0]?.answer, 'this');
  });

  it('reads a file again only when it has changed, and a thousand are searched while others work', async () => {
    const long = 'A step of the thought. '.repeat(20);
    const many = Array.from({ length: 1000 }, (_, index) => `c${index}`);
    for (const [index, id] of many.entries()) await write(id, events(id, `Question ${index}`, `Answer ${index}`, index + 1, long));
    assert.equal((await listed()).length, 1000);
    let turnsOfOthers = 0;
    const others = setInterval(() => turnsOfOthers++, 0);
    assert.deepEqual(await listed('answer 777'), ['c777']);
    clearInterval(others);
    assert.ok(turnsOfOthers > 5, `${turnsOfOthers} turns for others on the event loop`);
    await write('c777', events('c777', 'Something else', 'entirely different', 5));
    assert.deepEqual(await listed('answer 777'), []);
    assert.deepEqual(await listed('entirely'), ['c777']);
  });

  describe('in a window that has just been opened', () => {
    const index = (): string => path.join(folder, 'index.json');
    /** The list of a window that has read nothing yet. */
    const titles = async (query = ''): Promise<string[]> => {
      const window = new Conversations(folder, memory(), quiet);
      const { items } = await window.library.list(query);
      await window.close();
      return items.map(({ title }) => title);
    };
    beforeEach(async () => {
      await write('a', events('a', 'What is 1 + 1?', 'two', 1));
      await write('b', events('b', 'What is 2 + 2?', 'four', 2));
      assert.deepEqual(await titles(), ['What is 2 + 2?', 'What is 1 + 1?']);
    });

    it('reads no journal that is as it was, unless its text is searched', async () => {
      const file = path.join(folder, 'a.jsonl');
      const untouched = (): Promise<void> => utimes(file, 1, 1);
      await untouched();
      await titles();
      // Nobody could tell that it is another one without reading it.
      await write('a', events('a', 'What is 3 + 3?', 'six', 1));
      await untouched();
      assert.deepEqual(await titles(), ['What is 2 + 2?', 'What is 1 + 1?']);
      assert.deepEqual(await titles('six'), ['What is 3 + 3?']);
    });

    it('reads what has changed, and forgets what has gone', async () => {
      await write('a', events('a', 'What is 10 + 10?', 'twenty', 5));
      await rm(path.join(folder, 'b.jsonl'));
      assert.deepEqual(await titles(), ['What is 10 + 10?']);
      assert.doesNotMatch(await readFile(index(), 'utf8'), /2 \+ 2/);
    });

    for (const [name, content] of [
      ['cut off', '{"version":1,"rows":[["a",1'],
      ['of another version', '{"version":9,"rows":[]}'],
      ['with rows of another form', '{"version":1,"rows":[["a",1],7,["b",1,1,{"id":"c","title":4}]]}'],
    ] as const)
      it(`reads all of them where the index is ${name}, and writes it anew`, async () => {
        await writeFile(index(), content);
        assert.deepEqual(await titles(), ['What is 2 + 2?', 'What is 1 + 1?']);
        assert.equal((JSON.parse(await readFile(index(), 'utf8')) as { rows: unknown[] }).rows.length, 2);
      });
  });

  it('skips thoughts by their bytes and nothing else', () => {
    const all = [...events('a', 'q "part":"thought"', 'answer "part":"thought"', 1), ...events('b', 'x', 'y', 1).slice(1)];
    const kept = decodeJournal(withoutThoughts(Buffer.from(all.map(encodeEvent).join('')))).events;
    assert.deepEqual(
      kept,
      all.filter((event) => !(event.type === 'delta' && event.part === 'thought')),
    );
  });

  it('deletes by moving away, so that it can be undone', async () => {
    await write('a', events('a', 'x', 'y', 1));
    const before = await readFile(path.join(folder, 'a.jsonl'));
    assert.equal(await store.library.delete('a'), true);
    assert.deepEqual(await listed(), []);
    await store.library.undoDelete('a');
    assert.deepEqual(await listed(), ['a']);
    assert.deepEqual(await readFile(path.join(folder, 'a.jsonl')), before);
  });

  it('renames and pins a conversation that is not open', async () => {
    await write('a', events('a', 'x', 'y', 1));
    assert.equal(await store.library.append('a', { type: 'renamed', title: 'Mine', at: 2 }), true);
    assert.equal((await store.library.list('')).items[0]?.title, 'Mine');
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.lock')),
      [],
    );
  });

  it('opens another conversation and leaves the current one whole', async () => {
    await write('a', events('a', 'x', 'y', 1));
    for (const event of events('x', 'Mine', 'now', 5).slice(1)) store.append(event);
    const mine = store.current;
    let switches = 0;
    store.onDidSwitch(() => switches++);
    assert.equal(await store.open('a'), 'opened');
    assert.equal(store.current?.id, 'a');
    assert.equal(store.eventCount, 7);
    assert.equal(await store.open(mine?.id ?? ''), 'opened');
    assert.deepEqual(store.current, mine);
    assert.equal(switches, 2);
    assert.equal(await store.open('nobody'), 'missing');
    assert.equal(await store.open('../a'), 'missing');
    assert.deepEqual(store.current, mine, 'what cannot be opened changes nothing');
    assert.ok(!(await readdir(folder)).includes('nobody.jsonl'));
  });

  it('tells how the last turn of each ended, and whether there is a thought in it', async () => {
    const stopped: ConversationEvent = { type: 'ended', turnId: 'stopped-q', end: { kind: 'stopped' }, at: 1 };
    await write('whole', events('whole', 'x', 'y', 4));
    await write(
      'bare',
      events('bare', 'x', 'y', 3, '').filter((event) => event.type !== 'delta' || event.part === 'answer'),
    );
    await write('stopped', [...events('stopped', 'x', 'y', 2).slice(0, -1), stopped]);
    await write('cut', events('cut', 'x', 'y', 1).slice(0, -1));
    assert.deepEqual(
      (await store.library.list('')).items.map(({ id, lastEnd, hasThoughts }) => [id, lastEnd, hasThoughts]),
      [
        ['whole', 'complete', true],
        ['bare', 'complete', false],
        ['stopped', 'stopped', true],
        ['cut', undefined, true],
      ],
    );
  });

  it('is read whole for an export, thoughts included, whoever has it open', async () => {
    await write('a', events('a', 'What is 1 + 1?', 'Two.', 1, 'one and one'));
    const other = await JournalFile.open(path.join(folder, 'a.jsonl'));
    const read = await store.library.read('a');
    assert.deepEqual(
      read?.turns.map(({ question, thought, answer }) => [question.text, thought, answer]),
      [['What is 1 + 1?', 'one and one', 'Two.']],
    );
    await other?.journal.close();
    await write('noise', 'no journal\n');
    assert.equal(await store.library.read('noise'), undefined);
    await write('newer', '{"type":"created","version":99,"id":"newer","at":1}\n');
    await assert.rejects(store.library.read('newer'), NewerJournalError);
    await assert.rejects(store.library.read('nobody'), { code: 'ENOENT' });
  });

  it('begins a fork in a file of its own', async () => {
    await write('a', [...events('a', 'x', 'y', 1), ...events('b', 'second', 'z', 2).slice(1)]);
    await store.open('a');
    const turns = store.current?.turns.slice(0, 1) ?? [];
    await store.startWith(replayEvents(turns));
    assert.deepEqual(store.current?.turns, turns);
    const id = store.current?.id ?? '';
    assert.notEqual(id, 'a');
    store.append({ type: 'renamed', title: 'Fork', at: 3 });
    await store.startNew();
    assert.deepEqual((await listed()).sort(), ['a', id].sort());
    assert.equal(await store.open(id), 'opened');
    assert.equal(store.current?.title, 'Fork');
  });

  it('copies a conversation that another window has open, and neither renames nor deletes that', async () => {
    const file = path.join(folder, 'held.jsonl');
    const child = fork(new URL('./fixtures/journalWriter.ts', import.meta.url), [file, 'hold'], { execArgv: [] });
    await once(child, 'message');
    try {
      assert.equal(await store.library.append('held', { type: 'renamed', title: 'no', at: 1 }), false);
      assert.equal(await store.library.delete('held'), false);
      assert.deepEqual(
        (await store.library.list('')).items.map(({ id, elsewhere }) => [id, elsewhere]),
        [['held', true]],
        'it can be seen, and where it is',
      );
      assert.equal(await store.open('held'), 'copied');
      const copy = store.current;
      assert.notEqual(copy?.id, 'held');
      assert.equal(copy?.turns[0]?.question.text, 'endless');
      assert.deepEqual(copy.turns[0].end, { kind: 'interrupted' }, 'the copy can be continued here');
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    const held = (await store.library.list('', store.current)).items.find(({ id }) => id === 'held');
    assert.equal(held?.elsewhere, false, 'the lock of a window that is gone holds nothing');
  });

  it('leaves the journal of a newer version alone', async () => {
    const newer = '{"type":"created","version":99,"id":"new","at":1,"shape":{}}\n{"type":"other"}\n{"torn';
    await write('new', newer);
    assert.equal(await store.open('new'), 'newer');
    assert.equal(await readFile(path.join(folder, 'new.jsonl'), 'utf8'), newer);
    await assert.rejects(JournalFile.open(path.join(folder, 'new.jsonl')), NewerJournalError);
    assert.equal((await store.library.list('')).damaged, 0);
    await store.library.settled();
    assert.deepEqual((await readdir(folder)).sort(), ['index.json', 'new.jsonl']);
  });

  it('migrates the journal of an older version and keeps the old one beside it', async () => {
    const old = '{"type":"created","version":0,"id":"old","made":5}\n{"type":"say","text":"6 × 7?"}\n{"torn';
    const file = path.join(folder, 'old.jsonl');
    await write('old', old);
    const opened = await JournalFile.open(file, {
      0: (line) =>
        line['type'] === 'created'
          ? [{ type: 'created', id: line['id'], at: line['made'] }]
          : [{ type: 'asked', question: { id: 'q', task: 'ask', text: line['text'] }, at: 6 }],
    });
    assert.ok(opened);
    assert.deepEqual(opened.decoded.events, [
      { type: 'created', version: 1, id: 'old', at: 5 },
      { type: 'asked', question: { id: 'q', task: 'ask', text: '6 × 7?' }, at: 6 },
    ]);
    opened.journal.append({ type: 'ended', turnId: 'q', end: { kind: 'stopped' }, at: 7 });
    await opened.journal.close();
    assert.equal(await readFile(`${file}.v0.backup`, 'utf8'), old);
    assert.deepEqual((await readdir(folder)).sort(), ['old.jsonl', 'old.jsonl.v0.backup']);
    assert.deepEqual(await listed(), ['old']);
  });

  it('does not make a file newer by opening it', async () => {
    await write('a', events('a', 'x', 'y', 1));
    const before = await stat(path.join(folder, 'a.jsonl'));
    assert.equal(await store.open('a'), 'opened');
    await store.startNew();
    assert.equal((await stat(path.join(folder, 'a.jsonl'))).mtimeMs, before.mtimeMs);
  });
});
