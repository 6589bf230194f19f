import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BlockCutter } from '../../../webview/render/blocks.ts';
import { codeAnswer, mathAnswer, mathThought, mixedMarkdown } from '../../browser/samples.ts';

/** Sources of the blocks when the text comes in these pieces. */
function cut(pieces: readonly string[], longest?: number): string[] {
  const cutter = new BlockCutter(longest);
  const blocks: string[] = [];
  let text = '';
  for (const piece of pieces) {
    text += piece;
    const growth = cutter.push(text, false);
    assert.equal(growth.restarted, false);
    blocks.push(...growth.finished);
  }
  return [...blocks, ...cutter.push(text, true).finished];
}

/** As `cut`, where the text was taken for complete after some of the pieces: a reply was stopped there, and went on. */
function cutWithStops(pieces: readonly string[], stops: readonly boolean[], longest?: number): string[] {
  const cutter = new BlockCutter(longest);
  const blocks: string[] = [];
  const push = (text: string, complete: boolean): void => {
    const growth = cutter.push(text, complete);
    assert.equal(growth.restarted, false);
    blocks.splice(blocks.length - growth.reopened, growth.reopened, ...growth.finished);
  };
  let text = '';
  pieces.forEach((piece, index) => {
    text += piece;
    push(text, stops[index] ?? false);
  });
  push(text, true);
  return blocks;
}

/** The text cut at these places, given as shares of its length. */
function pieces(text: string, shares: readonly number[]): string[] {
  const places = [0, ...shares.map((share) => Math.floor(share * text.length)), text.length].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}

const fragments = [
  ...[
    '# H',
    'para',
    '- a',
    '- b',
    '  - c',
    '1. x',
    '2. y',
    '> q',
    '```py',
    '```',
    '~~~',
    '    code',
    '| a | b |',
    '|---|---|',
    '| 1 | 2 |',
  ],
  ...[
    '$$',
    '$x$',
    '\\[',
    '\\]',
    '\\begin{align}',
    '\\end{align}',
    '---',
    '===',
    '***',
    '',
    '',
    '',
    '[a]: http://b',
    '"title"',
    '[a]',
    '<div>',
  ],
  ...['</div>', '<!--', '-->', '\\(y\\)', '**b', 'b**', '`c', '  ', '\t', '\r', '$5 and $6'],
];

describe('Finished blocks', () => {
  it('are the same wherever realistic text is cut, at every single place', () => {
    for (const text of [mathThought, mathAnswer, codeAnswer, mixedMarkdown]) {
      const whole = cut([text]);
      assert.deepEqual(cut([...text]), whole);
    }
  });

  it('are the same where the text was complete and went on', () => {
    const text = fc.array(fc.constantFrom(...fragments), { maxLength: 14 }).map((lines) => lines.join('\n'));
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
    fc.assert(
      fc.property(text, places, fc.array(fc.boolean(), { maxLength: 7 }), (source, shares, stops) => {
        const parts = pieces(source, shares);
        assert.deepEqual(cutWithStops(parts, stops, 12), cut(parts, 12));
      }),
      { numRuns: 400 },
    );
    assert.deepEqual(cutWithStops(['I should check this a', 'gain'], [true]), ['I should check this again']);
    assert.deepEqual(cutWithStops(['a\n\nb', ' c\n\nd'], [true, true]), cut(['a\n\nb c\n\nd']));
  });

  it('are the same however any text is cut', () => {
    const text = fc.array(fc.constantFrom(...fragments), { maxLength: 14 }).map((lines) => lines.join('\n'));
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
    fc.assert(
      fc.property(text, places, (source, shares) => {
        const whole = new BlockCutter().push(source, true).finished;
        assert.deepEqual(cut([source]), whole);
        assert.deepEqual(cut(pieces(source, shares)), whole);
        assert.deepEqual(cut([...source]), whole);
      }),
      { numRuns: 1500 },
    );
  });

  it('end before a formula on lines of its own, whatever line follows it', () => {
    const source = 'para\n\\begin{align}\nx\n\\end{align}\n---\nmore';
    const whole = new BlockCutter().push(source, true).finished;
    assert.equal(whole[0], 'para\n');
    assert.deepEqual(cut([...source]), whole);
  });

  it('come out while the text grows, so that the open tail stays short', () => {
    const cutter = new BlockCutter();
    const paragraph = 'A line of thought with $x^2$ in it, as long as they are.\n\n';
    let longest = 0;
    for (let count = 1; count <= 200; count += 1) longest = Math.max(longest, cutter.push(paragraph.repeat(count), false).tail.length);
    assert.ok(longest <= 2 * paragraph.length, `the tail was ${longest} characters long`);
  });

  it('are pieces of a long paragraph, the same however it is cut into deltas', () => {
    const words = [
      'one',
      '12',
      '**b',
      'b**',
      '$x',
      'y$',
      '`c`',
      '[l',
      '](u)',
      '1.',
      '-',
      '===',
      '12.',
      '***',
      '|a|b|',
      '|---|---|',
      '[d]: u',
      '',
      'two three',
      '\\(',
      '\\)',
    ];
    const text = fc
      .array(fc.array(fc.constantFrom(...words), { maxLength: 4 }), { maxLength: 30 })
      .map((lines) => lines.map((line) => line.join(' ')).join('\n'));
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
    fc.assert(
      fc.property(text, places, (source, shares) => {
        const whole = cut([source], 20);
        assert.deepEqual(new BlockCutter(20).push(source, true).finished, whole);
        assert.deepEqual(cut(pieces(source, shares), 20), whole);
        assert.deepEqual(cut([...source], 20), whole);
      }),
      { numRuns: 1500 },
    );
  });

  it('stay short where a model writes one paragraph without end', () => {
    const counting = Array.from({ length: 4000 }, (_, index) => `${index + 1}\n`).join('');
    const cutter = new BlockCutter();
    const finished: string[] = [];
    const continuing: boolean[] = [];
    for (let length = 0; length < counting.length + 100; length += 100) {
      const growth = cutter.push(counting.slice(0, length), false);
      assert.ok(growth.tail.length < 2200, `the tail was ${growth.tail.length} characters long`);
      finished.push(...growth.finished);
      continuing.push(...growth.continuing);
    }
    const rest = cutter.push(counting, true);
    assert.equal([...finished, ...rest.finished].join(''), counting);
    assert.deepEqual([...continuing, ...rest.continuing].indexOf(false), 0);
    assert.deepEqual([...continuing, ...rest.continuing].lastIndexOf(false), 0);
  });

  it('keep a formula, code, emphasis or link of a long paragraph in one piece', () => {
    for (const [open, close] of [
      ['$a +', 'b$'],
      ['`code', 'more`'],
      ['**strong', 'words**'],
      ['[text', 'of a link](https://example.org)'],
    ] as const) {
      const line = 'Some words of a long line.\n';
      const text = `${line.repeat(80)}${open}\n${close}\n${line.repeat(80)}`;
      const blocks = new BlockCutter().push(text, true).finished;
      assert.ok(blocks.length > 1, open);
      assert.ok(
        blocks.every((block) => block.includes(open) === block.includes(close)),
        open,
      );
    }
  });

  it('are void when the text is another one', () => {
    const cutter = new BlockCutter();
    cutter.push('First paragraph.\n\nSecond one.\n\nThird', false);
    const growth = cutter.push('Something else.\n\nAnd more.\n\nEnd', false);
    assert.equal(growth.restarted, true);
    assert.deepEqual(growth.finished, ['Something else.']);
    assert.equal(growth.tail.trim(), 'And more.\n\nEnd');
  });

  it('tell the labels of link definitions once they are final', () => {
    const cutter = new BlockCutter();
    assert.deepEqual(cutter.push('See [this][a].\n\nMore.\n\n[a]: http://b', false).newLabels, []);
    assert.deepEqual(cutter.push('See [this][a].\n\nMore.\n\n[a]: http://b\n\nend', true).newLabels, ['a']);
  });
});
