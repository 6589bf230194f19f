import assert from 'node:assert/strict';
import { PrefetchBudget } from '../../../src/core/prefetchBudget.ts';

describe('The budget of what is read in advance', () => {
  it('has so many tokens in any minute', () => {
    const budget = new PrefetchBudget(1000);
    assert.equal(budget.left(0), 1000);
    budget.spend(600, 0);
    budget.spend(0, 10);
    budget.spend(300, 30_000);
    assert.equal(budget.left(59_999), 100);
    assert.equal(budget.left(60_000), 700);
    assert.equal(budget.left(90_000), 1000);
  });

  it('is never less than nothing', () => {
    const budget = new PrefetchBudget(10);
    budget.spend(40, 0);
    assert.equal(budget.left(1), 0);
  });
});
