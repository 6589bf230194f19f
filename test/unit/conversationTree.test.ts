import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Conversation, ConversationEvent, Turn } from '../../src/core/conversation.ts';
import {
  allTurns,
  applyEvent,
  foldEvents,
  historyMessages,
  interruptedEvents,
  isRunning,
  thoughtMs,
  turnById,
} from '../../src/core/conversation.ts';
import { justDeleted, turnsBefore } from '../../src/core/conversationTree.ts';
import { decodeJournal, encodeEvent } from '../../src/core/journal.ts';

const created: ConversationEvent = { type: 'created', version: 1, id: 'c', at: 1 };
const asked = (id: string, replaces?: string): ConversationEvent => ({
  type: 'asked',
  question: { id, task: 'ask', text: `question ${id}` },
  at: 10,
  ...(replaces === undefined ? {} : { replaces }),
});
const answered = (id: string, replaces?: string): ConversationEvent[] => [
  asked(id, replaces),
  { type: 'phase', turnId: id, phase: 'thinking', at: 20 },
  { type: 'delta', turnId: id, part: 'thought', text: `thought ${id}`, tokens: 2 },
  { type: 'phase', turnId: id, phase: 'answering', at: 50 },
  { type: 'delta', turnId: id, part: 'answer', text: `answer ${id}`, tokens: 3 },
  { type: 'ended', turnId: id, end: { kind: 'complete' }, at: 90 },
];
const select = (turnId: string): ConversationEvent => ({ type: 'branchSelected', turnId, at: 100 });
const remove = (turnId: string): ConversationEvent => ({ type: 'turnDeleted', turnId, at: 100 });
const restore = (turnId: string): ConversationEvent => ({ type: 'turnRestored', turnId, at: 110 });
const leaveOut = (...turnIds: string[]): ConversationEvent => ({ type: 'leftOut', turnIds, at: 100 });
const edit = (turnId: string, thought: string): ConversationEvent => ({ type: 'thoughtEdited', turnId, thought, at: 100 });

function fold(...events: ConversationEvent[]): Conversation {
  const conversation = foldEvents([created, ...events]);
  assert.ok(conversation);
  return conversation;
}

/** `a b2(2/2) c`: the turns shown, with their place among their branches. */
function shown(conversation: Conversation | undefined): string {
  const label = ({ question, branch }: Turn): string => question.id + (branch ? `(${branch.index + 1}/${branch.ids.length})` : '');
  return (conversation?.turns ?? []).map(label).join(' ');
}

describe('Turns that the user left out', () => {
  const told = (conversation: Conversation): string[] => historyMessages(conversation).map(({ content }) => content);
  const three = [...answered('a'), ...answered('b'), ...answered('c')];

  it('are shown, and the model is not told of them', () => {
    const conversation = fold(...three, leaveOut('a', 'c'));
    assert.equal(shown(conversation), 'a b c');
    assert.deepEqual(told(conversation), ['question b', 'answer b']);
    assert.deepEqual(historyMessages(conversation, 'c').length, 2, 'also where an earlier question is asked again');
  });

  it('are told of again when they are taken in', () => {
    const conversation = fold(...three, leaveOut('a', 'b'), leaveOut('b'));
    assert.deepEqual(told(conversation), ['question a', 'answer a', 'question c', 'answer c']);
    assert.deepEqual(fold(...three, leaveOut('a'), leaveOut()), fold(...three));
  });

  it('stay left out while other branches are shown and their journal is read again', () => {
    const events = [created, ...three, leaveOut('b'), ...answered('c2', 'c')];
    const again = foldEvents(decodeJournal(events.map(encodeEvent).join('')).events);
    assert.ok(again);
    assert.deepEqual(told(again), ['question a', 'answer a', 'question c2', 'answer c2']);
    const damaged = decodeJournal(`${encodeEvent(created)}{"type":"leftOut","turnIds":[1],"at":1}\n`);
    assert.equal(damaged.unreadable.length, 1);
  });
});

describe('Branches of a conversation', () => {
  const branched = [...answered('a'), ...answered('b'), ...answered('c'), ...answered('b2', 'b'), ...answered('d')];

  it('begin with another wording of an earlier question, which is shown at once', () => {
    assert.equal(shown(fold(...branched.slice(0, -6))), 'a b2(2/2)');
    assert.equal(shown(fold(...branched)), 'a b2(2/2) d');
    assert.equal(turnById(fold(...branched), 'c')?.answer, 'answer c', 'the other branch is kept whole');
  });

  it('are walked back and forth, each with what was shown below it last', () => {
    const back = applyEvent(fold(...branched), select('b'));
    assert.equal(shown(back), 'a b(1/2) c');
    assert.equal(shown(applyEvent(back, select('b2'))), 'a b2(2/2) d');
    const deep = foldEvents([select('b'), ...answered('c2', 'c'), select('b2'), select('b')], fold(...branched));
    assert.equal(shown(deep), 'a b(1/2) c2(2/2)');
    assert.equal(shown(applyEvent(deep, select('c'))), 'a b(1/2) c(1/2)');
  });

  it('may begin with the first question', () => {
    const conversation = fold(...branched, ...answered('z', 'a'));
    assert.equal(shown(conversation), 'z(2/2)');
    assert.equal(shown(applyEvent(conversation, select('a'))), 'a(1/2) b2(2/2) d');
    assert.equal(shown(applyEvent(conversation, select('c'))), 'a(1/2) b(1/2) c', 'a turn far inside brings its ancestors');
  });

  it('make three of two, in the order of asking', () => {
    const conversation = fold(...branched, select('b'), ...answered('b3', 'b'));
    assert.equal(shown(conversation), 'a b3(3/3)');
    assert.deepEqual(conversation.turns[1]?.branch, { ids: ['b', 'b2', 'b3'], index: 2 });
  });

  it('do not begin for a turn that is unknown: the question is kept at the end', () => {
    assert.equal(shown(fold(...answered('a'), ...answered('b', 'nobody'))), 'a b');
  });

  it('give the model the history of their own turn, shown or not', () => {
    const conversation = fold(...branched);
    const texts = (id?: string): string[] => historyMessages(conversation, id).map(({ content }) => content);
    assert.deepEqual(texts(), ['question a', 'answer a', 'question b2', 'answer b2', 'question d', 'answer d']);
    assert.deepEqual(texts('c'), ['question a', 'answer a', 'question b', 'answer b']);
    assert.deepEqual(texts('d'), ['question a', 'answer a', 'question b2', 'answer b2']);
  });

  it('go on answering while another is shown, and are closed by a crash as well', () => {
    const running = fold(...answered('a'), asked('b'), ...answered('b2', 'b'), {
      type: 'delta',
      turnId: 'b',
      part: 'thought',
      text: 'still here',
      tokens: 2,
    });
    assert.equal(shown(running), 'a b2(2/2)');
    assert.equal(turnById(running, 'b')?.thought, 'still here');
    assert.equal(isRunning(running), true);
    const closed = foldEvents(interruptedEvents(running, 200), running);
    assert.equal(isRunning(closed), false);
  });

  it('leave the turns above as the same objects when another is shown', () => {
    const before = fold(...branched);
    const after = applyEvent(before, select('b'));
    assert.equal(after?.turns[0], before.turns[0]);
    assert.equal(applyEvent(after, select('b')), after, 'what is shown already');
    assert.equal(applyEvent(after, select('nobody')), after);
  });

  it('survive the way to the panel, which is by JSON', () => {
    const sent = JSON.parse(JSON.stringify(fold(...branched))) as Conversation;
    assert.deepEqual(applyEvent(sent, select('b'))?.turns, applyEvent(fold(...branched), select('b'))?.turns);
  });
});

describe('A deleted turn', () => {
  it('is gone, and what followed it follows the turn before', () => {
    const conversation = fold(...answered('a'), ...answered('b'), ...answered('c'), remove('b'));
    assert.equal(shown(conversation), 'a c');
    assert.deepEqual(historyMessages(conversation, 'c').length, 2);
    assert.equal(turnById(conversation, 'b'), undefined);
    assert.equal(applyEvent(conversation, remove('b')), conversation);
    assert.equal(applyEvent(conversation, { type: 'ended', turnId: 'b', end: { kind: 'stopped' }, at: 1 }), conversation, 'late events');
  });

  it('lets the branch beside it be shown when nothing followed', () => {
    const conversation = fold(...answered('a'), ...answered('b'), ...answered('b2', 'b'), remove('b2'));
    assert.equal(shown(conversation), 'a b');
    assert.deepEqual(conversation.tree?.hidden, [], 'a straight conversation again');
  });

  it('at a branch leaves both branches reachable', () => {
    const both = fold(...answered('a'), ...answered('b'), ...answered('c'), ...answered('b2', 'b'), select('b'), remove('b'));
    assert.equal(shown(both), 'a c(1/2)');
    assert.deepEqual(both.turns[1]?.branch?.ids, ['c', 'b2']);
    assert.equal(shown(applyEvent(both, select('b2'))), 'a b2(2/2)');
    const above = fold(...answered('a'), ...answered('b'), ...answered('b2', 'b'), remove('a'));
    assert.equal(shown(above), 'b2(2/2)');
  });

  it('on a branch that is not shown changes only that branch', () => {
    const conversation = fold(...answered('a'), ...answered('b'), ...answered('c'), ...answered('b2', 'b'), remove('b'));
    assert.equal(shown(conversation), 'a b2(2/2)');
    assert.equal(shown(applyEvent(conversation, select('c'))), 'a c(1/2)');
  });
});

describe('A deleted turn that is put back', () => {
  const text = (conversation: Conversation | undefined): unknown => conversation?.turns;

  it('is where it was, with all it held and all that followed it', () => {
    const before = fold(...answered('a'), ...answered('b'), ...answered('c'));
    for (const id of ['a', 'b', 'c']) {
      const after = foldEvents([remove(id), restore(id)], before);
      assert.deepEqual(after, before, id);
      assert.ok(after && !('tree' in after));
    }
  });

  it('has its branches again, and is shown', () => {
    const before = fold(...answered('a'), ...answered('b'), ...answered('c'), ...answered('b2', 'b'), select('b'));
    for (const id of ['a', 'b', 'c']) assert.deepEqual(text(foldEvents([remove(id), restore(id)], before)), text(before), id);
    const end = fold(...answered('a'), ...answered('b'), ...answered('b2', 'b'), remove('b2'), restore('b2'));
    assert.equal(shown(end), 'a b2(2/2)');
  });

  it('comes back with others, in any order', () => {
    const before = fold(...answered('a'), ...answered('b'), ...answered('c'), ...answered('d'));
    const gone = foldEvents([remove('c'), remove('b'), remove('a')], before);
    assert.equal(shown(gone), 'd');
    assert.deepEqual(justDeleted(gone), ['c', 'b', 'a']);
    for (const order of [
      ['a', 'b', 'c'],
      ['c', 'b', 'a'],
      ['b', 'c', 'a'],
    ])
      assert.deepEqual(foldEvents(order.map(restore), gone), before, order.join());
    assert.equal(shown(applyEvent(gone, restore('b'))), 'b d');
  });

  it('stands beside what was asked since, which is not lost', () => {
    const conversation = fold(...answered('a'), ...answered('b'), remove('b'), ...answered('c'), restore('b'));
    assert.equal(shown(conversation), 'a b(1/2)');
    assert.equal(shown(applyEvent(conversation, select('c'))), 'a c(2/2)');
  });

  it('is offered until the next question is asked', () => {
    const gone = fold(...answered('a'), ...answered('b'), remove('b'));
    assert.deepEqual(justDeleted(gone), ['b']);
    assert.deepEqual(justDeleted(applyEvent(gone, { ...asked('c'), at: 101 } as ConversationEvent)), []);
    assert.deepEqual(justDeleted(applyEvent(gone, restore('b'))), []);
    assert.deepEqual(justDeleted(undefined), []);
  });

  it('is no turn that was never deleted', () => {
    const conversation = fold(...answered('a'));
    assert.equal(applyEvent(conversation, restore('a')), conversation);
    assert.equal(applyEvent(conversation, restore('nobody')), conversation);
  });
});

describe('An edited thought', () => {
  const edited = fold(...answered('a'), edit('a', 'my thought'));

  it('takes the place of the old one, and the answer made from that goes', () => {
    const turn = turnById(edited, 'a');
    assert.ok(turn);
    assert.equal(turn.thought, 'my thought');
    assert.equal(turn.answer, '');
    assert.equal(turn.answerTokens, 0);
    assert.equal(turn.answeringAt, undefined);
    assert.equal(turn.phase, 'ended');
    assert.deepEqual(turn.end, { kind: 'stopped' });
    assert.equal(thoughtMs(turn, 999), 30, 'the time of thinking stays');
  });

  it('goes on from the edit when it is resumed', () => {
    const events: ConversationEvent[] = [
      { type: 'resumed', turnId: 'a', at: 200 },
      { type: 'phase', turnId: 'a', phase: 'thinking', at: 210 },
      { type: 'delta', turnId: 'a', part: 'thought', text: ', and more', tokens: 4 },
      { type: 'phase', turnId: 'a', phase: 'answering', at: 220 },
    ];
    const turn = turnById(foldEvents(events, edited), 'a');
    assert.ok(turn);
    assert.equal(turn.thought, 'my thought, and more');
    assert.equal(thoughtMs(turn, 999), 30 + 10);
  });

  it('is refused while the turn runs', () => {
    const running = fold(asked('a'));
    assert.equal(applyEvent(running, edit('a', 'x')), running);
    assert.equal(applyEvent(edited, edit('nobody', 'x')), edited);
  });
});

describe('Title and pin', () => {
  it('are what the user last said, and an empty title is none', () => {
    const named = fold({ type: 'renamed', title: ' Sums ', at: 1 }, { type: 'pinned', pinned: true, at: 1 });
    assert.deepEqual(named, { id: 'c', createdAt: 1, turns: [], title: 'Sums', pinned: true });
    const back = foldEvents(
      [
        { type: 'renamed', title: '', at: 2 },
        { type: 'pinned', pinned: false, at: 2 },
      ],
      named,
    );
    assert.deepEqual(back, { id: 'c', createdAt: 1, turns: [] });
    assert.equal(applyEvent(named, { type: 'renamed', title: 'Sums', at: 3 }), named);
    assert.equal(applyEvent(named, { type: 'pinned', pinned: true, at: 3 }), named);
  });
});

const ids = ['a', 'b', 'c', 'd', 'e', 'f', '__proto__', 'constructor'];
const id = fc.constantFrom(...ids);
const anyEvent: fc.Arbitrary<ConversationEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(id, fc.option(id, { nil: undefined })).map(([turn, replaces]) => asked(turn, replaces)) },
  { weight: 2, arbitrary: id.map(select) },
  { weight: 2, arbitrary: id.map(remove) },
  { weight: 1, arbitrary: id.map(restore) },
  { weight: 1, arbitrary: id.map((turn) => edit(turn, 'edited')) },
  {
    weight: 3,
    arbitrary: id.map((turnId): ConversationEvent => ({ type: 'delta', turnId, part: 'answer', text: 'x', tokens: 1 })),
  },
  { weight: 1, arbitrary: id.map((turnId): ConversationEvent => ({ type: 'ended', turnId, end: { kind: 'complete' }, at: 3 })) },
  { weight: 1, arbitrary: id.map((turnId): ConversationEvent => ({ type: 'resumed', turnId, at: 4 })) },
);
const anyEvents = fc.array(anyEvent, { maxLength: 40 });

/** What holds for every conversation, whatever happened in it. */
function checkInvariants(conversation: Conversation): void {
  const all = allTurns(conversation).map((turn) => turn.question.id);
  assert.equal(new Set(all).size, all.length, 'no turn is there twice');
  conversation.turns.forEach(({ question, branch }, index) => {
    assert.deepEqual(
      turnsBefore(conversation, question.id).map((turn) => turn.question.id),
      conversation.turns.slice(0, index).map((turn) => turn.question.id),
    );
    if (!branch) return;
    assert.ok(branch.ids.length > 1);
    assert.equal(branch.ids[branch.index], question.id);
    for (const other of branch.ids) {
      const selected = applyEvent(conversation, select(other));
      assert.equal(selected?.turns[index]?.question.id, other, 'every branch that is offered can be shown');
      assert.deepEqual(selected.turns.slice(0, index), conversation.turns.slice(0, index), 'what is above it stays');
    }
  });
  const { tree } = conversation;
  if (!tree) return;
  const deleted = tree.deleted.map(({ turn }) => turn.question.id);
  assert.ok(tree.hidden.length + deleted.length > 0);
  assert.deepEqual(tree.places.map((place) => place.id).sort(), [...all, ...deleted].sort());
  tree.places.forEach((place, index) => {
    if (place.after !== undefined) assert.ok(tree.places.findIndex((other) => other.id === place.after) < index);
  });
  for (const turnId of deleted) {
    assert.ok(
      applyEvent(conversation, restore(turnId))?.turns.some((turn) => turn.question.id === turnId),
      'what was deleted can be put back',
    );
  }
  for (const { question, branch } of tree.hidden) {
    assert.equal(branch, undefined);
    assert.ok(
      applyEvent(conversation, select(question.id))?.turns.some((turn) => turn.question.id === question.id),
      'nothing is out of reach',
    );
  }
}

describe('Any sequence of events', () => {
  it('gives a conversation in which every turn is there once and within reach', () => {
    fc.assert(
      fc.property(anyEvents, (events) => checkInvariants(fold(...events))),
      { numRuns: 300 },
    );
  });

  it('loses no turn but the deleted ones', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const alive = new Set<string>();
        const deleted = new Set<string>();
        for (const event of events) {
          if (event.type === 'asked' && !deleted.has(event.question.id)) alive.add(event.question.id);
          if (event.type === 'turnDeleted' && alive.delete(event.turnId)) deleted.add(event.turnId);
          if (event.type === 'turnRestored' && deleted.delete(event.turnId)) alive.add(event.turnId);
        }
        const turns = allTurns(fold(...events)).map((turn) => turn.question.id);
        assert.deepEqual(new Set(turns), alive);
      }),
      { numRuns: 300 },
    );
  });

  it('gives a valid conversation when its journal is cut anywhere', () => {
    fc.assert(
      fc.property(anyEvents, fc.nat(), (events, cut) => {
        const journal = new TextEncoder().encode([created, ...events].map(encodeEvent).join(''));
        const conversation = foldEvents(decodeJournal(journal.subarray(0, cut % (journal.length + 1))).events);
        if (conversation) checkInvariants(conversation);
      }),
      { numRuns: 300 },
    );
  });
});

describe('A delta', () => {
  it('reads one turn, however many there are', () => {
    for (const count of [10, 1000]) {
      let reads = 0;
      const base = fold(...Array.from({ length: count }, (_, index) => answered(`t${index}`)).flat(), asked('last'));
      const turns = base.turns.map((turn) => {
        const watched = { ...turn };
        Object.defineProperty(watched, 'question', {
          enumerable: true,
          get: () => {
            reads++;
            return turn.question;
          },
        });
        return watched;
      });
      const after = applyEvent({ ...base, turns }, { type: 'delta', turnId: 'last', part: 'thought', text: 'x', tokens: 1 });
      assert.equal(after?.turns.at(-1)?.thought, 'x');
      assert.ok(reads <= 2, `${reads} reads of ${count} turns`);
    }
  });
});
