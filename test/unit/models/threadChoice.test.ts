import assert from 'node:assert/strict';
import { chooseThreads, threadPlan, usualThreads } from '../../../src/core/models/threadChoice.ts';
import type { ThreadChoice, ThreadPlan, ThreadSpeed } from '../../../src/core/models/threadChoice.ts';

const speed = (ms: number): ThreadSpeed => ({ writtenMs: ms * 0.6, readMs: ms * 0.4 });

/** A choice among counts with the given milliseconds, and what was measured for it. */
async function choice(
  plan: ThreadPlan,
  ms: Readonly<Record<number, number>>,
  { again, mostVisits = Infinity }: { readonly again?: number; readonly mostVisits?: number } = {},
): Promise<{ readonly chosen: ThreadChoice | undefined; readonly visits: readonly number[] }> {
  const visits: number[] = [];
  const at = (threads: number): ThreadSpeed => {
    visits.push(threads);
    const own = ms[threads];
    assert.ok(own !== undefined, `${threads} threads were not to be tried.`);
    return speed(own);
  };
  const chosen = await chooseThreads(
    plan,
    (threads) => Promise.resolve(visits.length < mostVisits ? at(threads) : undefined),
    (threads) => {
      const second = at(threads);
      return Promise.resolve(again === undefined ? second : speed(again));
    },
  );
  return { chosen, visits };
}

const taken = (threads: number): ThreadChoice => ({ threads, isCertain: true });

describe('The counts of threads that are tried', () => {
  it('leave a core to the event loop, and the usual one is the number of physical cores', () => {
    assert.equal(usualThreads(1, 1), 1);
    assert.equal(usualThreads(2, 2), 1);
    assert.equal(usualThreads(16, 8), 8);
    assert.equal(usualThreads(8, 8), 7);
    assert.equal(usualThreads(4, 0), 1);
  });

  it('are few: quarters of it, and what there is above it', () => {
    assert.deepEqual(threadPlan(1, 1), { usual: 1, ladder: [1] });
    assert.deepEqual(threadPlan(2, 2), { usual: 1, ladder: [1] });
    assert.deepEqual(threadPlan(4, 4), { usual: 3, ladder: [1, 2, 3] });
    assert.deepEqual(threadPlan(4, 2), { usual: 2, ladder: [1, 2, 3] });
    assert.deepEqual(threadPlan(16, 8), { usual: 8, ladder: [2, 4, 6, 8, 12, 15] });
    assert.deepEqual(threadPlan(16, 16), { usual: 15, ladder: [4, 8, 12, 15] });
    assert.deepEqual(threadPlan(20, 6), { usual: 6, ladder: [2, 3, 5, 6, 13, 19] });
  });

  it('never take all cores, and the usual one is always among them, on every machine', () => {
    for (let cores = 1; cores <= 256; cores++) {
      for (let mathCores = 1; mathCores <= cores; mathCores++) {
        const { usual, ladder } = threadPlan(cores, mathCores);
        assert.ok(ladder.includes(usual) && ladder.length <= 6);
        assert.ok(ladder.every((each, index) => each >= 1 && each <= Math.max(1, cores - 1) && each > (ladder[index - 1] ?? 0)));
      }
    }
  });
});

describe('The choice of threads', () => {
  const plan = threadPlan(16, 8);

  it('stays with the usual count where both neighbours are worse, and tries no others', async () => {
    const { chosen, visits } = await choice(plan, { 8: 100, 6: 110, 12: 130 });
    assert.deepEqual(chosen, taken(8));
    assert.deepEqual(visits, [8, 6, 12]);
  });

  it('goes down while that gets better, and measures the usual count again', async () => {
    const { chosen, visits } = await choice(plan, { 8: 100, 6: 90, 4: 70, 2: 80 });
    assert.deepEqual(chosen, taken(4));
    assert.deepEqual(visits, [8, 6, 4, 2, 8]);
  });

  it('goes up where down is worse', async () => {
    const { chosen, visits } = await choice(plan, { 8: 100, 6: 120, 12: 90, 15: 80 });
    assert.deepEqual(chosen, taken(15));
    assert.deepEqual(visits, [8, 6, 12, 15, 8]);
  });

  it('takes another count only when it is more than 5 % better', async () => {
    assert.deepEqual((await choice(plan, { 8: 100, 6: 95, 4: 96 })).chosen, taken(8));
    assert.deepEqual((await choice(plan, { 8: 100, 6: 94, 4: 96 })).chosen, taken(6));
  });

  it('takes another count only when it is also better than the usual one measured again', async () => {
    assert.deepEqual((await choice(plan, { 8: 100, 6: 90, 4: 95 }, { again: 92 })).chosen, taken(8));
    assert.deepEqual((await choice(plan, { 8: 100, 6: 90, 4: 95 }, { again: 110 })).chosen, taken(6));
  });

  it('is the usual count, and not certain, where that won only at the second time and was much faster then', async () => {
    assert.deepEqual((await choice(plan, { 8: 100, 6: 80, 4: 90 }, { again: 79 })).chosen, { threads: 8, isCertain: false });
    assert.deepEqual((await choice(plan, { 8: 100, 6: 80, 4: 90 }, { again: 81 })).chosen, taken(8));
  });

  it('is another count that beats the usual one both times, however these differ', async () => {
    for (const again of [70, 300]) assert.deepEqual((await choice(plan, { 8: 100, 6: 60, 4: 65 }, { again })).chosen, taken(6));
  });

  it('is made of what there was time for', async () => {
    assert.equal((await choice(plan, {}, { mostVisits: 0 })).chosen, undefined);
    assert.deepEqual((await choice(plan, { 8: 100 }, { mostVisits: 1 })).chosen, taken(8));
    assert.deepEqual((await choice(plan, { 8: 100, 6: 80 }, { mostVisits: 2 })).chosen, taken(6));
  });

  it('passes an error of the measurement on', async () => {
    const failure = new Error('no memory');
    await assert.rejects(
      chooseThreads(
        plan,
        () => Promise.reject(failure),
        () => Promise.reject(failure),
      ),
      failure,
    );
  });

  it('counts reading as much as writing', async () => {
    const speeds = new Map([
      [8, { writtenMs: 100, readMs: 50 }],
      [6, { writtenMs: 90, readMs: 65 }],
      [12, { writtenMs: 101, readMs: 50 }],
    ]);
    const chosen = await chooseThreads(
      plan,
      (threads) => Promise.resolve(speeds.get(threads)),
      (threads) => Promise.reject(new Error(`${threads} need not be measured again.`)),
    );
    assert.deepEqual(chosen, taken(8));
  });
});
