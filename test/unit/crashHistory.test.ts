import assert from 'node:assert/strict';
import { CrashHistory, restartDelaysMs } from '../../src/core/crashHistory.ts';
import { SilenceLimit } from '../../src/core/silence.ts';

describe('A history of crashes', () => {
  it('waits longer before each start, and leaves the engine alone after the third crash in a row', () => {
    const history = new CrashHistory();
    assert.deepEqual(
      [0, 2_000, 10_000, 20_000].map((at) => history.crashed(at)),
      [...restartDelaysMs, undefined, undefined],
    );
    assert.equal(history.count, 4);
  });

  it('begins anew after a reply that ended well', () => {
    const history = new CrashHistory();
    history.crashed(0);
    history.crashed(1);
    history.forget();
    assert.equal(history.crashed(2), restartDelaysMs[0]);
  });

  it('does not count crashes of long ago', () => {
    const history = new CrashHistory();
    for (let hour = 0; hour < 5; hour++) assert.equal(history.crashed(hour * 3_600_000), restartDelaysMs[0]);
  });
});

describe('The silence of an engine', () => {
  it('is strange after twenty seconds where tokens came quickly, after minutes where they did not', () => {
    const [quick, slow] = [new SilenceLimit(), new SilenceLimit()];
    assert.equal(quick.ms, 90_000);
    for (let token = 0; token < 20; token++) quick.heardAfter(30);
    for (let batch = 0; batch < 4; batch++) slow.heardAfter(25_000);
    assert.equal(quick.ms, 20_000);
    assert.equal(slow.ms, 200_000);
  });

  it('adapts when the prompt has been read and tokens come', () => {
    const limit = new SilenceLimit();
    limit.heardAfter(60_000);
    assert.equal(limit.ms, 480_000);
    for (let token = 0; token < 60; token++) limit.heardAfter(200);
    assert.equal(limit.ms, 20_000);
  });

  it('is strange sooner when the engine was asked to stop, and never before it could have ended its batch', () => {
    const [quick, slow] = [new SilenceLimit(), new SilenceLimit()];
    quick.heardAfter(30);
    slow.heardAfter(25_000);
    quick.stopAsked();
    slow.stopAsked();
    assert.deepEqual([quick.ms, slow.ms], [5_000, 50_000]);
  });
});
