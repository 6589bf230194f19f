import assert from 'node:assert/strict';
import { Lockstep } from '../../../src/inference/lockstep.ts';

/** Lets everything that can go on do so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Writers in lockstep', () => {
  /** Goes on for so many steps, each of which takes that many turns of the event loop. */
  async function write(name: string, lockstep: Lockstep, steps: number, turns: number, log: string[]): Promise<void> {
    lockstep.join();
    for (let step = 0; step < steps; step++) {
      await lockstep.arrive();
      log.push(name);
      for (let turn = 0; turn < turns; turn++) await settled();
    }
    lockstep.leave();
  }

  it('take each step together, however long each of them takes', async () => {
    const [lockstep, log]: [Lockstep, string[]] = [new Lockstep(), []];
    await Promise.all([write('a', lockstep, 3, 0, log), write('b', lockstep, 3, 4, log), write('c', lockstep, 3, 1, log)]);
    const steps = [log.slice(0, 1), log.slice(1, 4), log.slice(4, 7), log.slice(7)].map((step) => [...step].sort().join(''));
    // The first of them was alone when it began.
    assert.deepEqual(steps, ['a', 'abc', 'abc', 'bc']);
  });

  it('do not wait for one that has left', async () => {
    const [lockstep, log]: [Lockstep, string[]] = [new Lockstep(), []];
    await Promise.all([write('a', lockstep, 1, 5, log), write('b', lockstep, 4, 0, log)]);
    assert.deepEqual(log, ['a', 'b', 'b', 'b', 'b']);
  });

  it('go on when the one that they wait for leaves', async () => {
    const [lockstep, log]: [Lockstep, string[]] = [new Lockstep(), []];
    lockstep.join();
    const other = write('b', lockstep, 2, 0, log);
    await settled();
    assert.deepEqual(log, []);
    lockstep.leave();
    await other;
    assert.deepEqual(log, ['b', 'b']);
  });
});
