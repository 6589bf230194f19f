import assert from 'node:assert/strict';
import { Cadence } from '../../../webview/cadence.ts';

/** Milliseconds spent drawing in ten seconds of text that comes all the time. */
function spent(cadence: Cadence, costMs: (draw: number) => number): { readonly ms: number; readonly draws: number } {
  let [now, ms, draws] = [0, 0, 0];
  while (now < 10_000) {
    const cost = costMs(draws);
    cadence.drawn(now, cost);
    ms += cost;
    draws += 1;
    now += Math.max(1000 / 60, cadence.waitMs(now));
  }
  return { ms, draws };
}

describe('The cadence of drawing', () => {
  it('draws the first text at once', () => {
    assert.equal(new Cadence().waitMs(0), 0);
  });

  it('draws cheap frames sixty times a second', () => {
    assert.ok(spent(new Cadence(), () => 1).draws >= 599);
  });

  it('takes no more than a sixteenth of the time, however dear a frame is', () => {
    for (const cost of [2, 4, 8, 12]) assert.ok(spent(new Cadence(), () => cost).ms <= 10_000 / 16 + cost, `${cost} ms a frame`);
  });

  it('shows text at least five times a second', () => {
    assert.ok(spent(new Cadence(), () => 40).draws >= 50);
  });

  it('is not slowed down for long by a single slow frame', () => {
    const cadence = new Cadence();
    cadence.drawn(0, 2);
    cadence.drawn(100, 100);
    assert.ok(cadence.waitMs(100) > 150);
    for (let draw = 2; draw < 8; draw++) cadence.drawn(draw * 100, 2);
    assert.ok(cadence.waitMs(700) < 60);
  });
});
