import assert from 'node:assert/strict';
import path from 'node:path';
import type { CancellationToken } from 'vscode';
import type { CheckedFormula } from '../../src/core/check/checked.ts';
import { checkFormula, formulasToCheck } from '../../src/core/check/checkText.ts';
import type { FormulaToCheck } from '../../src/core/check/checkText.ts';
import { EquationChecker } from '../../src/host/check/equationChecker.ts';
import type { CheckLimits } from '../../src/host/check/equationChecker.ts';
import { Emitter } from '../../src/host/disposables.ts';

const workerModule = path.join(import.meta.dirname, '../../src/check/worker.ts');
/** The protocol's other side with formulas that hang and crash. */
const seamModule = path.join(import.meta.dirname, 'fixtures/checkWorkerSeam.mjs');

const formula = (latex: string, start = 0, assumptions: readonly string[] = []): FormulaToCheck => {
  return { latex, start, end: start + latex.length + 2, assumptions };
};
const never: CancellationToken = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };

describe('checking formulas in a thread', () => {
  const checkers: EquationChecker[] = [];
  const checkerOf = (module: string, limits: Partial<CheckLimits> = {}): EquationChecker => {
    const checker = new EquationChecker(module, limits);
    checkers.push(checker);
    return checker;
  };
  afterEach(() => checkers.splice(0).forEach((checker) => checker.dispose()));

  const all = async (checker: EquationChecker, formulas: readonly FormulaToCheck[], token = never): Promise<CheckedFormula[]> => {
    const checked: CheckedFormula[] = [];
    for await (const one of checker.check(formulas, token)) checked.push(one);
    return checked;
  };
  const reasons = (checked: readonly CheckedFormula[]): string[] => checked.map(({ relations }) => relations[0]?.reason.code ?? 'none');
  /** Number of the request, and the thread that answered it. */
  const answeredBy = (checked: CheckedFormula | undefined): unknown[] => {
    const reason = checked?.relations[0]?.reason;
    return reason?.code === 'values' ? [reason.left, reason.right] : [];
  };

  it('decides as the same code does in this thread', async () => {
    const formulas = [formula('1+1=2'), formula('1+1=3'), ...formulasToCheck('So $2+2=5$.', { notation: 'markdown' })];
    assert.deepEqual(await all(checkerOf(workerModule), formulas), formulas.map(checkFormula));
  });

  it('ends a formula that hangs, says that time ran out, and goes on with the next', async () => {
    const checked = await all(checkerOf(seamModule, { formulaMs: 100 }), [formula('a'), formula('hang'), formula('b')]);
    assert.deepEqual(reasons(checked), ['values', 'time', 'values']);
    assert.notEqual(answeredBy(checked[0])[1], answeredBy(checked[2])[1]);
  });

  it('goes on with a new thread where one ends by itself', async () => {
    const checked = await all(checkerOf(seamModule), [formula('crash'), formula('b')]);
    assert.deepEqual(reasons(checked), ['undecided', 'values']);
  });

  it('says that nothing was decided where no thread can be started', async () => {
    assert.deepEqual(reasons(await all(checkerOf(`${seamModule}.missing`), [formula('a'), formula('b')])), ['undecided', 'undecided']);
  });

  it('remembers by formula and assumptions, and moves what it remembers to its place', async () => {
    const checker = checkerOf(seamModule);
    const [first, again, supposed] = await all(checker, [formula('a', 0), formula('a', 40), formula('a', 0, ['x=1'])]);
    assert.deepEqual(answeredBy(again), answeredBy(first));
    assert.deepEqual([again?.start, again?.relations[0]?.start], [40, 41]);
    assert.notDeepEqual(answeredBy(supposed), answeredBy(first));
  });

  it('forgets what was used longest ago', async () => {
    const [a, , , again] = await all(
      checkerOf(seamModule, { remembered: 2 }),
      ['a', 'b', 'c', 'a'].map((latex) => formula(latex)),
    );
    assert.notDeepEqual(answeredBy(again), answeredBy(a));
  });

  it('ends at once when it is cancelled within a formula, and checks what is asked afterwards', async () => {
    const cancelled = new Emitter<void>();
    const token = {
      isCancellationRequested: false,
      onCancellationRequested: cancelled.event as CancellationToken['onCancellationRequested'],
    };
    const checker = checkerOf(seamModule, { formulaMs: 60_000 });
    const checked: CheckedFormula[] = [];
    for await (const one of checker.check([formula('a'), formula('hang'), formula('b')], token)) {
      checked.push(one);
      setImmediate(() => {
        token.isCancellationRequested = true;
        cancelled.fire();
      });
    }
    assert.deepEqual(reasons(checked), ['values']);
    assert.deepEqual(reasons(await all(checker, [formula('c')])), ['values']);
  });

  it('has two checks at the same time take turns', async () => {
    const checker = checkerOf(seamModule, { formulaMs: 100 });
    const [one, two] = await Promise.all([all(checker, [formula('hang'), formula('a')]), all(checker, [formula('b'), formula('c')])]);
    assert.deepEqual(
      [reasons(one), reasons(two)],
      [
        ['time', 'values'],
        ['values', 'values'],
      ],
    );
  });

  it('starts no thread before a formula comes, and ends an idle one', async () => {
    const checker = checkerOf(seamModule, { idleMs: 20 });
    assert.equal(checker.isRunning, false);
    await all(checker, [formula('a')]);
    assert.equal(checker.isRunning, true);
    // mocha's own limit ends this where the thread stays.
    while (checker.isRunning) await new Promise(setImmediate);
  });
});
