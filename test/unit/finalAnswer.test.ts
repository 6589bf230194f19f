/** Final answers: which one it is, whether two say the same, whether one solves its problem. */
import assert from 'node:assert/strict';
import { checkFinalAnswer, finalAnswerOf, sameAnswer } from '../../src/core/check/finalAnswer.ts';

describe('two final answers', () => {
  for (const [a, b, same] of [
    ['1/2', '0.5', true],
    ['\\frac{2}{4}', '\\frac12', true],
    ['\\{1,2\\}', '\\{2,1\\}', true],
    ['x=1, x=2', 'x=2 \\text{ or } x=1', true],
    ['x = 3', '3', true],
    ['x=\\pm 2', '\\{-2,2\\}', true],
    ['(1,2)', '(2,1)', false],
    ['x>2', '(2,\\infty)', false],
    ['x \\in (2,\\infty)', 'x>2', true],
    ['x^2+2x+1', '(x+1)^2', true],
    ['\\frac{x^2}{2}+C', '\\frac{1}{2}x^2 + C', true],
    ['50\\%', '0.5', true],
    ['5\\text{ cm}', '5', true],
    ['12', '13', false],
    ['\\text{yes}', 'Yes', true],
    ['\\sqrt{8}', '2\\sqrt2', true],
    ['[1,3)', '[1,3]', false],
    ['1 \\le x < 3', 'x \\in [1,3)', true],
  ] as const) {
    it(`${a} and ${b} ${same ? 'say the same' : 'differ'}`, () => {
      assert.equal(sameAnswer(a, b), same);
      assert.equal(sameAnswer(b, a), same);
    });
  }
});

describe('the final answer of a text', () => {
  const text = (answer: string): string | undefined => finalAnswerOf(answer)?.latex;
  it('is what is boxed last, with the braces in it', () =>
    assert.equal(text('First \\boxed{1}, then \\boxed{\\frac{1}{2}}.'), '\\frac{1}{2}'));
  it('is else the last relation', () => assert.equal(text('So $x = 3$ is it.'), 'x = 3'));
  it('and of a chain its end', () => assert.equal(text('So $a + b = 3 + 4 = 7$.'), '7'));
  it('is nothing where no formula is', () => assert.equal(text('No idea.'), undefined));
});

describe('a final answer is put back into its problem', () => {
  for (const [problem, answer, expected] of [
    ['Solve $x^2-5x+6=0$.', 'x=2, x=3', 'true'],
    ['Solve $x^2-5x+6=0$.', '\\{2,3\\}', 'true'],
    ['Solve 2x+3=7 for x', '2', 'true'],
    ['Solve 2x+3=7 for x', '3', 'false'],
    ['Compute $\\int_0^1 x^2 dx$', '\\frac13', 'true'],
    ['Find the derivative of $x^3$', '3x^2', 'true'],
    ['Find the derivative of $f(x)=x^3$', '3x', 'false'],
    ['Evaluate $\\sum_{k=1}^{10} k$', '55', 'true'],
    ['Find $\\lim_{x\\to0}\\frac{\\sin x}{x}$', '0', 'false'],
    ['Find the sum of the roots of $x^2-5x+6=0$', '5', 'unknown'],
    ['Solve the system $x+y=5$, $x-y=1$', '(3,2)', 'unknown'],
    ['Solve the system $x+y=5$, $x-y=1$', 'x=3, y=2', 'true'],
    ['Solve $2x+3>7$', 'x>2', 'true'],
    ['Solve $2x+3>7$', 'x>3', 'false'],
    ['Integrate $x^2$', '\\frac{x^3}{3}+C', 'true'],
  ] as const) {
    it(`${problem} ${answer}: ${expected}`, () => assert.equal(checkFinalAnswer(problem, answer).verdict, expected));
  }
});
