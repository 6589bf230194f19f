import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Conversation, Turn } from '../../src/core/conversation.ts';
import { foldEvents, thoughtMs } from '../../src/core/conversation.ts';
import { conversationTitle } from '../../src/core/conversationTitle.ts';
import type { ExportWords } from '../../src/core/exportMarkdown.ts';
import { exportMarkdown, replyMarkdown } from '../../src/core/exportMarkdown.ts';
import { fencedBlocks } from '../../src/core/fences.ts';
import { replayEvents } from '../../src/core/replay.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';

const words: ExportWords = {
  task: (task) => (task === 'explain' ? 'Explain' : 'Question'),
  thought: 'Thought',
  answer: 'Answer',
  attached: 'Attached:',
  noAnswer: 'There is no answer.',
  unfinished: 'The answer is not finished.',
};

const snapshot = (text: string, fileName = 'src/poly.py', languageId = 'python'): Snapshot => ({
  uri: `file:///w/${fileName}`,
  fileName,
  languageId,
  version: 1,
  range: { start: { line: 7, character: 0 }, end: { line: 9, character: 0 } },
  scope: 'selection',
  text,
  eol: '\n',
  before: '',
  after: '',
  diagnostics: [],
});

const turn = (id: string, rest: Partial<Turn> & { readonly text?: string; readonly snapshot?: Snapshot }): Turn => {
  const { text = '', snapshot: about, ...more } = rest;
  return {
    question: { id, task: about ? 'explain' : 'ask', text, ...(about ? { snapshot: about } : {}) },
    phase: 'ended',
    thought: '',
    answer: '',
    thoughtTokens: 0,
    answerTokens: 0,
    askedAt: 10,
    endedAt: 90,
    end: { kind: 'complete' },
    ...more,
  };
};

const conversation: Conversation = {
  id: 'c',
  createdAt: 1,
  turns: [
    turn('a', {
      snapshot: snapshot('def horner(p, x):\r\n    return 0 # ``` \r\n'),
      thought: '\nFirst.\n\n# Not a heading of the document\n</details>\n',
      answer: '\n\nIt is $p(x)$.\n\n```python\ndef horner(p, x): ...\n```\n',
    }),
    turn('b', {
      question: {
        id: 'b',
        task: 'ask',
        text: 'And in C?',
        attachments: [{ kind: 'file', label: 'defs.h', uri: 'file:///w/defs.h', fileName: 'defs.h', languageId: 'c', text: 'int n;' }],
      },
      thought: 'C, then.',
      answer: 'Begin with\n\n~~~~c\nint main(',
      end: { kind: 'stopped' },
    }),
    turn('c', { text: 'Are you there?', end: { kind: 'stopped' } }),
  ],
};

const golden = (name: string): string => readFileSync(new URL(`golden/${name}.md`, import.meta.url), 'utf8');

describe('A conversation as Markdown', () => {
  it('has questions and answers', () => {
    assert.equal(exportMarkdown(conversation, words, false), golden('export'));
  });

  it('has the thoughts as quotations when they are wanted', () => {
    assert.equal(exportMarkdown(conversation, words, true), golden('export-with-thoughts'));
  });

  it('closes every fence, so that no answer swallows the next turn', () => {
    const piece = fc.constantFrom('```', '~~~', '````py', '- ', '> ', '  ', 'text', '\n', '\n\n', '1. ');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
        (answer) => {
          const text = exportMarkdown({ id: 'c', createdAt: 1, turns: [turn('a', { answer }), turn('b', { text: 'next' })] }, words, false);
          const next = text.lastIndexOf('## Question');
          assert.ok(
            fencedBlocks(text).every((block) => block.end < next),
            text,
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('copies a reply with its thought as a quotation, or without', () => {
    const reply = { thought: '\nhm\n\nso\n', answer: '\n\n$42$\n' };
    assert.equal(replyMarkdown(reply, false), '$42$');
    assert.equal(replyMarkdown(reply, true), '> hm\n>\n> so\n\n$42$');
    assert.equal(replyMarkdown({ thought: ' ', answer: 'x' }, true), 'x');
  });
});

describe('The title of a conversation', () => {
  const titled = (rest: Parameters<typeof turn>[1]): string => conversationTitle({ id: 'c', createdAt: 1, turns: [turn('a', rest)] });

  it('is the user’s, else made from the first question', () => {
    assert.equal(conversationTitle({ ...conversation, title: 'Horner' }), 'Horner');
    assert.equal(conversationTitle(conversation), 'poly.py:8–9 · def horner(p, x):');
    assert.equal(titled({ text: '\n  What is\t17 + 25?\nand more' }), 'What is 17 + 25?');
    assert.equal(titled({ text: 'Shorter', snapshot: snapshot('x') }), 'Shorter');
    assert.equal(titled({ snapshot: snapshot('\n{\n  "name": 1\n}') }), 'poly.py:8–9 · "name": 1');
    assert.equal(titled({ snapshot: snapshot(' \n') }), 'poly.py:8–9');
    assert.equal(conversationTitle({ id: 'c', createdAt: 1, turns: [] }), '');
  });

  it('is one short line, cut between words and never inside a character', () => {
    assert.equal(titled({ text: 'word '.repeat(40) }), `${'word '.repeat(11).trim()}…`);
    assert.equal(titled({ text: '𝟙'.repeat(100) }), `${'𝟙'.repeat(59)}…`);
  });
});

describe('The turns of a conversation as events', () => {
  it('give the same turns again', () => {
    const rich = turn('a', {
      text: 'q',
      thought: 'hm',
      answer: 'so',
      thoughtTokens: 7,
      answerTokens: 3,
      promptTokens: 5,
      maxTokens: 10,
      wantedTokens: 20,
      thinkingAt: 20,
      answeringAt: 60,
    });
    const created = { type: 'created', version: 1, id: 'c', at: 1 } as const;
    const again = foldEvents([created, ...replayEvents([rich, ...conversation.turns.slice(1)])]);
    assert.deepEqual(again?.turns[0], rich);
    assert.deepEqual(again.turns.slice(1), conversation.turns.slice(1));
    const resumed = { ...rich, earlierThoughtMs: 1000 };
    const [once] = foldEvents([created, ...replayEvents([resumed])])?.turns ?? [];
    assert.ok(once);
    assert.equal(thoughtMs(once, 0), 1040);
  });
});
