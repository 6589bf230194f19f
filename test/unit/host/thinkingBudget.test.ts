import assert from 'node:assert/strict';
import { ThinkingBudget } from '../../../src/host/thinkingBudget.ts';
import type { ThinkingOffer } from '../../../src/shared/panelProtocol.ts';

describe('How long thoughts may be', () => {
  let remembered: Map<string, unknown>;
  let setting: number;
  /** What a window has of it, on what all windows remember. */
  const open = (): ThinkingBudget =>
    new ThinkingBudget(
      {
        get: <Value>(key: string, otherwise?: Value): Value => (remembered.get(key) ?? otherwise) as Value,
        update: (key: string, value: unknown) => Promise.resolve(void remembered.set(key, value)),
      },
      () => setting,
    );
  beforeEach(() => {
    remembered = new Map();
    setting = 0;
  });

  it('is what the setting says, until something is chosen', async () => {
    const budget = open();
    assert.deepEqual(budget.offer, { budgetTokens: 0, choices: [0, 1024, 4096, 16_384] });
    await budget.choose(4096);
    assert.equal(budget.tokens, 4096);
  });

  it('is remembered for other windows, and told to the panel', async () => {
    const offers: ThinkingOffer[] = [];
    const budget = open();
    budget.onDidChange((offer) => offers.push(offer));
    await budget.choose(1024);
    assert.deepEqual(offers, [{ budgetTokens: 1024, choices: [0, 1024, 4096, 16_384] }]);
    assert.equal(open().tokens, 1024);
  });

  it('offers the setting’s own value among the others, and nothing else can be chosen', async () => {
    setting = 2500;
    const budget = open();
    assert.deepEqual(budget.offer, { budgetTokens: 2500, choices: [0, 1024, 2500, 4096, 16_384] });
    await budget.choose(7);
    await budget.choose(Number.NaN);
    assert.equal(budget.tokens, 2500);
    await budget.choose(0);
    assert.equal(budget.tokens, 0, 'no limit, though the setting has one');
  });

  it('is the setting’s again when that is changed', async () => {
    const budget = open();
    await budget.choose(1024);
    setting = 16_384;
    assert.equal(budget.tokens, 16_384);
  });
});
