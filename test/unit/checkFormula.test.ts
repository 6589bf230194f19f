/** Relations of many kinds, each decided as a reader would. The measured accuracy is that of `test/fixtures/check`. */
import assert from 'node:assert/strict';
import type { Verdict } from '../../src/core/check/checked.ts';
import { checkFormula, checkText, countChecks } from '../../src/core/check/checkText.ts';

const cases: readonly (readonly [latex: string, expected: Verdict, assumptions?: readonly string[]])[] = [
  ['\\frac{1}{2} + \\frac{1}{3} = \\frac{5}{6}', 'true'],
  ['\\frac{1}{2} + \\frac{1}{3} = \\frac{2}{5}', 'false'],
  ['(a+b)^2 = a^2 + 2ab + b^2', 'true'],
  ['(a+b)^2=a^2+b^2', 'false'],
  ['(x+3)^2 = x^2+9', 'false'],
  ['(x+1)^2 = x^2+7', 'unknown'],
  ['\\sqrt{x^2} = x', 'false'],
  ['\\sqrt{x^2}=|x|', 'true'],
  ['\\sqrt2 \\approx 1.414', 'true'],
  ['\\sqrt2 \\approx 1.415', 'false'],
  ['\\int_0^1 x^2\\,dx = \\frac13', 'true'],
  ['\\int_0^1 x^2\\,dx = \\frac12', 'false'],
  ['\\int 2x \\, dx = x^2 + C', 'true'],
  ['\\int \\cos(2x) dx = \\sin(2x) + C', 'false'],
  ['\\frac{d}{dx} x^3 = 3x^2', 'true'],
  ['\\frac{d}{dx} \\sin(x^2) = \\cos(x^2)', 'false'],
  ['\\lim_{x \\to 0} \\frac{\\sin x}{x} = 1', 'true'],
  ['\\lim_{x\\to 0}\\frac{1-\\cos x}{x^2} = 1', 'false'],
  ['\\lim_{n\\to\\infty} \\left(1+\\frac1n\\right)^n = e', 'true'],
  ['\\sum_{n=1}^{\\infty} \\frac{1}{n^2} = \\frac{\\pi^2}{6}', 'true'],
  ['\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}', 'true'],
  ['\\sum_{k=1}^{n} k^2 = \\frac{n(n+1)(2n+1)}{3}', 'false'],
  ['1+2+\\cdots+n = \\frac{n(n+1)}{2}', 'true'],
  ['17 \\equiv 5 \\pmod{12}', 'true'],
  ['17 \\equiv 4 \\pmod{12}', 'false'],
  ['x=2', 'true', ['2x+3=7']],
  ['x=3', 'false', ['2x+3=7']],
  ['x = 2 \\text{ or } x = 3', 'true', ['x^2-5x+6=0']],
  ['x = 2, 4', 'false', ['x^2-5x+6=0']],
  ['x=2', 'unknown'],
  ['2x+3=7', 'unknown'],
  ['y=2x+1', 'unknown'],
  ['2x+3=7 \\implies x=2', 'true'],
  ['2x+3=7 \\implies x=3', 'false'],
  ['x = 2, y = 3', 'true', ['x+y=5', 'x-y=-1']],
  ['(x,y)=(2,3)', 'true', ['x+y=5', 'x-y=-1']],
  ['(x,y)=(3,2)', 'false', ['x+y=5', 'x-y=-1']],
  ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}\\begin{pmatrix}1\\\\1\\end{pmatrix}=\\begin{pmatrix}3\\\\7\\end{pmatrix}', 'true'],
  ['\\det\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}=-2', 'true'],
  ['(1+i)^2 = 2i', 'true'],
  ['i^2 = 1', 'false'],
  ['|3+4i| = 5', 'true'],
  ['e^{i\\pi} + 1 = 0', 'true'],
  ['x = \\pm 2', 'true', ['x^2=4']],
  ['5! = 120', 'true'],
  ['\\binom{5}{2} = 10', 'true'],
  ['25\\% \\text{ of } 80 = 20', 'true'],
  ['5\\text{ km} = 5000\\text{ m}', 'true'],
  ['5\\text{ km} = 500\\text{ m}', 'false'],
  ['\\begin{aligned} 2(x+3) &= 2x+6 \\\\ &= 2x + 5 \\end{aligned}', 'false'],
  ['x^2+1 \\ge 2x', 'true'],
  ['x > 2', 'true', ['x > 3']],
  ['x > 4', 'false', ['x>3']],
  ['\\sin^2 x + \\cos^2 x = 1', 'true'],
  ['\\sin 2x = 2 \\sin x \\cos x', 'true'],
  ['\\sin 2x = 2\\sin x', 'false'],
  ['\\log(ab) = \\log a + \\log b', 'true'],
  ['\\log(a+b)=\\log a+\\log b', 'false'],
  ["f'(x) = 2x", 'true', ['f(x)=x^2']],
  ["f'(x) = 3x", 'false', ['f(x)=x^2']],
  ['f(3) = 9', 'true', ['f(x)=x^2']],
  ['f(x) = x^2, f(3) = 8', 'false'],
  ['2\\frac{1}{2} = \\frac52', 'true'],
  ['\\frac12 = 0.5', 'true'],
  ['0.\\overline{3} = \\frac13', 'true'],
  ['1{,}000 + 1 = 1001', 'true'],
  ['[1,2] \\cup [2,3] = [1,3]', 'true'],
  ['3 \\in \\{1,2,3\\}', 'true'],
  ['x^2 \\cdot x^3 = x^6', 'false'],
  ['\\frac{x^2-1}{x-1}=x+1', 'true'],
  ['\\sqrt[3]{-8} = -2', 'true'],
  ['3 \\mid 12', 'true'],
  ['\\gcd(12,18)=6', 'true'],
  ['\\left[\\frac{x^3}{3}\\right]_0^1 = \\frac13', 'true'],
  ['\\boxed{x = 2}', 'true', ['2x=4']],
  ['100 + 20\\% = 120', 'true'],
  ['20\\% = 0.2', 'true'],
  ['\\frac{1}{4} = 25\\%', 'true'],
  ['\\int_0^\\infty e^{-x} dx = 1', 'true'],
  ['\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi}', 'true'],
  ['\\frac{dy}{dx} = 2x', 'true', ['y=x^2']],
  ['a = 3, b = 4, c = \\sqrt{a^2+b^2} = 6', 'false'],
  // A number in front of one in brackets, as models put solutions back.
  ['3(5) + 7 = 15 + 7 = 22', 'true'],
  ['7 - 2(-2) = 12', 'false'],
  // The power of a quotient of units is that of the last one.
  ['\\frac{25 \\text{ m/s}}{5 \\text{ s}} = 5 \\text{ m/s}^2', 'true'],
  ['\\frac{25 \\text{ m/s}}{5 \\text{ s}} = 6 \\text{ m/s}^2', 'false'],
  ['12 \\text{ books} \\times \\$8 = \\$96', 'true'],
  ['12 \\text{ books} \\times \\$8 = \\$86', 'false'],
  ['3 \\text{ apples} = 3 \\text{ oranges}', 'false'],
  // A unit was left out.
  ['60 \\text{ km/h} \\times 2 = 120 \\text{ km}', 'unknown'],
  ['60 \\text{ km/h} \\times 2 = 130 \\text{ km}', 'false'],
  ['2 \\text{ dozen} = 24', 'true'],
  ['2 \\text{ dozen} = 20', 'false'],
  ['100\\,^\\circ\\text{C} = 212\\,^\\circ\\text{F}', 'unknown'],
  ['100 \\text{ °C} = 212 \\text{ °F}', 'unknown'],
  ['1 \\text{ hour } 30 \\text{ minutes} = 90 \\text{ minutes}', 'unknown'],
  ['\\underbrace{1 + 1 + \\cdots + 1}_{5} = 5', 'unknown'],
  // One of the two has to hold.
  ['x < -1 \\text{ or } x > 5', 'unknown', ['|x - 2| > 3']],
  ['\\int x\\sqrt{x^2+1}\\,dx = \\frac12\\int \\sqrt{u}\\,du = \\frac13 u^{3/2} + C = \\frac13 (x^2+1)^{3/2} + C', 'unknown'],
  ['\\int \\sqrt{u}\\,du = \\frac23 u^{3/2} + C', 'true'],
  ['n \\ge 1', 'unknown'],
  ["(\\sin^2 x)' = \\sin 2x", 'true'],
  ["(\\sin^2 x)' = 2\\sin x", 'false'],
  ["f''(0) = 2 > 0", 'true', ['f(x) = x^2 e^{-x}']],
  ['f(g(x)) = 4x^2 + 4x + 1', 'true', ['f(x) = x^2', 'g(x) = 2x + 1']],
  ['f(g(x)) = 2x^2 + 1', 'false', ['f(x) = x^2', 'g(x) = 2x + 1']],
];

describe('a formula is decided', () => {
  for (const [latex, expected, assumptions = []] of cases) {
    const under = assumptions.length > 0 ? ` under ${assumptions.join(', ')}` : '';
    it(`${latex}${under}: ${expected}`, () => {
      const { verdict, relations } = checkFormula({ latex, start: 0, end: latex.length, assumptions });
      assert.equal(verdict, expected, JSON.stringify(relations.map(({ reason }) => reason)));
    });
  }
});

describe('quantities that differ', () => {
  const sides = (latex: string): unknown => {
    const reason = checkFormula({ latex, start: 0, end: latex.length, assumptions: [] }).relations.at(-1)?.reason;
    return reason?.code === 'valuesDiffer' ? [reason.left, reason.right] : reason?.code;
  };

  it('are said in the same base units', () => {
    assert.deepEqual(sides('3 \\text{ km} = 3 \\text{ m}'), ['3000 m', '3 m']);
    assert.deepEqual(sides('72\\,\\mathrm{km/h} = 25\\,\\mathrm{m/s}'), ['20 m/s', '25 m/s']);
    assert.deepEqual(sides('5\\text{ cm} \\times 4\\text{ cm} = 18\\text{ cm}^2'), ['0.002 m^2', '0.0018 m^2']);
    assert.deepEqual(sides('2\\text{ kg} \\cdot 9\\text{ m/s}^2 = 19\\text{ N}'), ['18 kg·m/s^2', '19 kg·m/s^2']);
    assert.deepEqual(sides('\\$15 + \\$20 = \\$40'), ['35 dollar', '40 dollar']);
    assert.deepEqual(sides('5\\text{ m} + 3\\text{ s} = 8\\text{ m}'), ['…', '8 m']);
  });
});

describe('a text is checked', () => {
  it('with the place of each relation, and what it supposes', () => {
    const text = 'Let $x = 4$. Then $x^2 = 16 = 4 \\cdot 5$.';
    const formulas = checkText(text, { notation: 'markdown' });
    const relations = formulas.flatMap((formula) => formula.relations);
    assert.deepEqual(
      relations.map(({ start, end, verdict }) => [text.slice(start, end), verdict]),
      [
        ['x = 4', 'unknown'],
        ['x^2 = 16', 'true'],
        ['16 = 4 \\cdot 5', 'false'],
      ],
    );
    assert.deepEqual(countChecks(formulas), { hold: 1, fail: 1, unchecked: 0 });
  });

  it('with the relations of the problem as what holds', () => {
    const [formula] = checkText('So $x = 3$.', { notation: 'markdown', given: 'Solve 2x + 3 = 7 for x' });
    assert.equal(formula?.verdict, 'false');
    assert.equal(formula?.relations[0]?.reason.code, 'notSolution');
  });

  it('and is not said to be wrong for what it only supposed before', () => {
    const text = 'Case $x > 0$ gives nothing. If $x = 1$ then … but $x = 2$ and $x < 0$ are possible too.';
    assert.ok(checkText(text, { notation: 'markdown' }).every(({ verdict }) => verdict !== 'false'));
  });
});
