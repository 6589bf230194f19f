import assert from 'node:assert/strict';

import {
  add,
  compare,
  divide,
  floor,
  multiply,
  power,
  rational,
  rationalOfDecimal,
  squareRoot,
  subtract,
  ZERO,
  type Rational,
} from '../../src/core/check/rational.ts';

function of(numerator: number, denominator = 1): Rational {
  const value = rational(BigInt(numerator), BigInt(denominator));
  assert.ok(value);
  return value;
}

describe('exact rational numbers', () => {
  it('are in lowest terms with a positive denominator', () => {
    assert.deepEqual(of(6, -4), { numerator: -3n, denominator: 2n });
    assert.deepEqual(of(0, -7), ZERO);
    assert.equal(rational(1n, 0n), undefined);
  });

  it('read decimals without rounding', () => {
    assert.deepEqual(rationalOfDecimal('-0.125'), of(-1, 8));
    assert.deepEqual(rationalOfDecimal('.1'), of(1, 10));
    assert.deepEqual(rationalOfDecimal('042'), of(42));
    for (const text of ['', '-', '.', '1.', '1e3', '1,5', ' 1']) {
      assert.equal(rationalOfDecimal(text), undefined, text);
    }
  });

  it('keep the field laws that floats break', () => {
    const [tenth, fifth] = [of(1, 10), of(1, 5)];
    assert.deepEqual(add(tenth, fifth), of(3, 10));
    for (let n = -12; n <= 12; n++) {
      for (let d = 1; d <= 6; d++) {
        const a = of(n, d);
        const b = of(d, 7);
        assert.deepEqual(subtract(add(a, b), b), a);
        assert.deepEqual(divide(multiply(a, b), b), a);
        assert.equal(compare(a, b), Math.sign(n * 7 - d * d));
        assert.equal(floor(a), BigInt(Math.floor(n / d)));
      }
    }
    assert.equal(divide(tenth, ZERO), undefined);
  });

  it('take whole powers, and refuse 0 to the 0 and results without bound', () => {
    assert.deepEqual(power(of(-2, 3), 3n), of(-8, 27));
    assert.deepEqual(power(of(-2, 3), -3n), of(-27, 8));
    assert.deepEqual(power(of(5), 0n), of(1));
    assert.deepEqual(power(of(-1), 10n ** 30n + 1n), of(-1));
    assert.equal(power(ZERO, 0n), undefined);
    assert.equal(power(ZERO, -1n), undefined);
    assert.equal(power(of(2), 10n ** 30n), undefined);
  });

  it('have a square root only where it is rational', () => {
    for (let n = 0; n <= 60; n++) assert.deepEqual(squareRoot(of(n * n, 49)), of(n, 7));
    const large = 10n ** 40n + 7n;
    assert.deepEqual(squareRoot({ numerator: large * large, denominator: 1n }), {
      numerator: large,
      denominator: 1n,
    });
    assert.equal(squareRoot({ numerator: large * large - 1n, denominator: 1n }), undefined);
    assert.equal(squareRoot(of(2)), undefined);
    assert.equal(squareRoot(of(-4)), undefined);
  });
});
