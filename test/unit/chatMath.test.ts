import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChatMathStream, chatMath } from '../../src/core/chatMath.ts';

describe('formulas for the chat', () => {
  const cases: readonly [name: string, text: string, expected: string][] = [
    ['in a sentence', 'So \\( x^2 \\) grows.', 'So $x^2$ grows.'],
    ['in dollars stay', 'So $x^2$ and $$y$$ grow.', 'So $x^2$ and $$y$$ grow.'],
    ['on lines of their own', 'So:\n\n\\[\n\\boxed{85}\n\\]\n', 'So:\n\n$$\n\\boxed{85}\n$$\n'],
    ['displayed in one line', '\\[x = 1\\]', '$$\nx = 1\n$$'],
    ['displayed within a line', 'Now \\[x\n= 1\\] holds.', 'Now $$x = 1$$ holds.'],
    ['in a list', '- one\n  \\[\n  x\n  \\]\n- two', '- one\n  $$\n  x\n  $$\n- two'],
    ['in bare environments', '\\begin{align}\na &= b\n\\end{align}\n', '$$\n\\begin{aligned}\na &= b\n\\end{aligned}\n$$\n'],
    ['in a matrix', '\\begin{pmatrix}1\\end{pmatrix}', '$$\n\\begin{pmatrix}1\\end{pmatrix}\n$$'],
    ['in code stay', '```latex\n\\(x\\)\n```\nand `\\(y\\)` but \\(z\\)', '```latex\n\\(x\\)\n```\nand `\\(y\\)` but $z$'],
    ['in a fence within a list stay', '- a\n\n  ~~~\n  \\[x\\]\n  ~~~\n\\(y\\)', '- a\n\n  ~~~\n  \\[x\\]\n  ~~~\n$y$'],
    ['that are open stay', 'Only \\(x', 'Only \\(x'],
    ['that are open end with their paragraph', 'Only \\(x\n\nand \\(y\\)', 'Only \\(x\n\nand $y$'],
    ['are no money', 'From $5 to $10.', 'From $5 to $10.'],
  ];
  for (const [name, text, expected] of cases) it(`${name}`, () => assert.equal(chatMath(text), expected));

  it('are the same wherever the answer is cut', () => {
    const piece = fc.constantFrom(
      '\\(',
      '\\)',
      '\\[',
      '\\]',
      '$',
      '$$',
      '`',
      '```',
      '\n',
      '\n\n',
      ' ',
      'x',
      '- ',
      '\\begin{align}',
      '\\end{align}',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), fc.infiniteStream(fc.integer({ min: 1, max: 5 })), (pieces, lengths) => {
        const text = pieces.join('');
        const stream = new ChatMathStream();
        let result = '';
        for (let at = 0; at < text.length;) {
          const length = lengths.next().value as number;
          result += stream.push(text.slice(at, at + length));
          at += length;
        }
        assert.equal(result + stream.end(), chatMath(text));
      }),
    );
  });

  it('let words through at once', () => {
    const stream = new ChatMathStream();
    assert.equal(stream.push('The result '), 'The result ');
    assert.equal(stream.push('is \\(4'), '');
    assert.equal(stream.push('2\\).\nDone'), 'is $42$.\nDone');
  });
});
