import assert from 'node:assert/strict';
import { editText } from '../../src/core/editProposal.ts';
import { planEdit } from '../../src/core/editPlan.ts';
import { answerCases } from '../harness/answerCases.ts';

const files = answerCases();

describe('answers as models write them', () => {
  for (const [file, cases] of files)
    describe(file, () => {
      for (const { name, snapshot, kind, answer, expected } of cases)
        it(name, () => {
          const trimmed = editText(answer, snapshot, kind, true);
          const found =
            trimmed === undefined ? 'nothing' : trimmed.kind === 'refused' ? { refused: trimmed.because } : { text: trimmed.text };
          assert.deepEqual(found, expected);
          if (trimmed?.kind !== 'refused') return;
          const currentText = snapshot.before + snapshot.text + snapshot.after;
          assert.equal(planEdit({ kind, answer: trimmed, snapshot, currentText, currentVersion: 1 }).ok, false);
        });
    });

  it('are at least 150', () => assert.ok([...files.values()].flat().length >= 150));
});
