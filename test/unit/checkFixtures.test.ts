import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { accuracyOf, readCases, runCase } from '../../scripts/lib/equationCases.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures/check');

describe('the cases of the check', () => {
  const cases = readCases(fixtures);

  it('are decided without a wrong verdict, nearly all of the false ones found', () => {
    assert.ok(cases.length >= 600);
    const { wrong, caught, decided } = accuracyOf(cases.map(runCase));
    assert.deepEqual(
      wrong.map(({ case: { latex, expected }, checked }) => `${latex}: ${expected}, got ${checked.verdict}`),
      [],
    );
    assert.ok(caught >= 0.97, `${caught} of the false ones are found.`);
    assert.ok(decided >= 0.85, `${decided} are decided.`);
  }).timeout(60_000);

  it('are not decided wrongly among those that were held out either', () => {
    const { wrong, caught, decided } = accuracyOf(readCases(path.join(fixtures, 'heldout')).map(runCase));
    assert.deepEqual(
      wrong.map(({ case: { latex } }) => latex),
      [],
    );
    assert.ok(caught >= 0.93, `${caught} of the false ones are found.`);
    assert.ok(decided >= 0.93, `${decided} are decided.`);
  }).timeout(60_000);

  it('are read as others write them', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lemma-cases-'));
    try {
      const file = path.join(folder, 'other.json');
      writeFileSync(
        file,
        JSON.stringify({
          cases: [
            { latex: '1=1', expected: true },
            { latex: 'x=2', expected: 'false', assumptions: 'x=3' },
          ],
        }),
      );
      assert.deepEqual(readCases(file), [
        { field: 'other', latex: '1=1', expected: 'true', assumptions: [] },
        { field: 'other', latex: 'x=2', expected: 'false', assumptions: ['x=3'] },
      ]);
      writeFileSync(file, JSON.stringify([{ text: 'So $1+1=2$, with $n$ and $x=4$.', given: '$x=3$', expected: [true, 'false'] }]));
      const ofText = readCases(file);
      assert.deepEqual(
        ofText.map(({ latex, expected, assumptions }) => ({ latex, expected, assumptions })),
        [
          { latex: '1+1=2', expected: 'true', assumptions: ['x=3'] },
          { latex: 'x=4', expected: 'false', assumptions: ['x=3'] },
        ],
      );
      assert.deepEqual(
        ofText.map((one) => runCase(one).checked.verdict),
        ['true', 'false'],
      );
      writeFileSync(file, JSON.stringify([{ text: '$1+1=2$', expected: [true, true] }]));
      assert.throws(() => readCases(file), /2 verdicts for 1 formulas/);
      writeFileSync(file, '[{ "latex": "1=1", "expected": "perhaps" }]');
      assert.throws(() => readCases(file), /none of true, false and unknown/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
