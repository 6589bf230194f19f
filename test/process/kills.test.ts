import assert from 'node:assert/strict';
import { runKills } from '../soak/kills.ts';

describe('Twenty kills at random moments', () => {
  it('lose nothing that was written, leave no process behind, and every conversation opens', async () => {
    const { kills, conversations } = await runKills(20, 20_261);
    assert.equal(kills.engine + kills.window, 20);
    assert.ok(kills.window > 0 && conversations > 0, JSON.stringify({ kills, conversations }));
  });
});
