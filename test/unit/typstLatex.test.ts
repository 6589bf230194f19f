import assert from 'node:assert/strict';
import { latexOfTypst } from '../../src/core/typstMath.ts';

describe('a formula of Typst as LaTeX', () => {
  it('means the same', () => {
    const pairs = [
      ['1/2 + 1/3 = 5/6', '\\frac{1}{2} + \\frac{1}{3} = \\frac{5}{6}'],
      [' sum_(k=1)^n k = (n(n+1))/2 ', '\\sum_{k = 1}^n k = \\frac{n(n + 1)}{2}'],
      ['sqrt(2) approx 1.414', '\\sqrt{2} \\approx 1.414'],
      ['a != b', 'a \\ne b'],
      ['x <= 3', 'x \\le 3'],
      ['abs(x (y + 1)) >= 0', '\\left| x(y + 1) \\right| \\ge 0'],
      ['abs(abs(x)) = 1 // as above', '\\left| \\left| x \\right| \\right| = 1'],
    ];
    for (const [typst = '', latex] of pairs) assert.equal(latexOfTypst(typst), latex, typst);
  });

  it('is none where code is in it, and where nothing is', () => {
    for (const typst of ['#x = 4', 'a + #f(2)', ' ', '/* no */']) assert.equal(latexOfTypst(typst), undefined, typst);
  });
});
