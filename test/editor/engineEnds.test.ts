import assert from 'node:assert/strict';
import type { Turn, TurnEnd } from '../../src/core/conversation.ts';
import type { LemmaError } from '../../src/core/errors.ts';
import { endNote, restartedNote } from '../../src/host/endMessages.ts';
import { errorNote } from '../../src/host/userMessages.ts';
import type { PanelNote } from '../../src/shared/panelProtocol.ts';

const actions = ({ buttons }: PanelNote): string[] => buttons.map(({ action }) => action);
const crashed = (exitCode: number | null, signal: string | null): PanelNote => errorNote({ code: 'engineCrashed', exitCode, signal });
const turn = (end: TurnEnd, changes: Partial<Turn> = {}): Turn => ({
  question: { id: 'a', task: 'ask', text: 'why?' },
  ...{ phase: 'ended', askedAt: 0, thought: 'Let me see.', thoughtTokens: 612, answer: '', answerTokens: 0, end },
  ...changes,
});

describe('the words for an engine that ended', () => {
  it('name memory as the cause where the system killed it, and what is kept', () => {
    for (const note of [crashed(null, 'SIGKILL'), crashed(137, null)]) {
      assert.match(note.text, /ended from outside, most often because the computer ran out of memory/);
      assert.match(note.text, /Everything written so far is kept, and so is your draft/);
      assert.deepEqual(actions(note), ['restartEngine', 'showLog']);
    }
  });

  it('explain exit codes and signals, those of Windows too, and give the number of all others', () => {
    const expected: readonly (readonly [number | null, string | null, RegExp])[] = [
      [null, 'SIGSEGV', /native code \(SIGSEGV\).*driver/],
      [139, null, /native code \(SIGSEGV\)/],
      [null, 'SIGABRT', /GPU failed or its memory ran out/],
      [null, 'SIGBUS', /model file \(SIGBUS\)/],
      [null, 'SIGILL', /instructions that this processor does not have/],
      [null, 'SIGTERM', /ended from outside, as by a shutdown/],
      [null, 'SIGXCPU', /unexpectedly \(SIGXCPU\)/],
      [0xc0000005 | 0, null, /native code \(0xC0000005\)/],
      [0xc0000135, null, /library that the engine needs is missing.*\(0xC0000135\)/],
      [0xc0000017, null, /out of memory \(0xC0000017\)/],
      [3, null, /exit code 3/],
      [null, null, /stopped unexpectedly\./],
    ];
    for (const [exitCode, signal, words] of expected) assert.match(crashed(exitCode, signal).text, words);
  });

  it('say after a crash too many that it is left alone, and offer what helps', () => {
    const loop = { code: 'engineCrashLoop', crashes: 3, exitCode: null, signal: 'SIGABRT' } as const;
    const note = errorNote({ ...loop, onGpu: true });
    assert.match(note.text, /stopped 3 times in a row, so it is not started again by itself/);
    assert.deepEqual(actions(note), ['chooseSmaller', 'useCpu', 'restartEngine', 'showLog']);
    assert.deepEqual(actions(errorNote({ ...loop, onGpu: false })), ['chooseSmaller', 'restartEngine', 'showLog']);
  });

  it('offer, but do not force, a restart where it is silent', () => {
    const note = errorNote({ code: 'engineSilent', seconds: 47 });
    assert.match(note.text, /said nothing for 47 seconds.*Wait, or restart it/);
    assert.deepEqual(actions(note), ['restartEngine', 'showLog', 'dismissNotice']);
  });

  it('say that it runs again, why it ended, and go on from the text', () => {
    const error: LemmaError = { code: 'engineCrashed', exitCode: null, signal: 'SIGSEGV' };
    const note = restartedNote(turn({ kind: 'failed', error }));
    assert.match(note.text, /SIGSEGV.*runs again/);
    assert.deepEqual(actions(note), ['continue', 'answerNow', 'askAgain']);
  });
});

describe('the words under a turn without an answer', () => {
  it('say that the model ended its reply without one, and that it can answer from its thought', () => {
    const note = endNote(turn({ kind: 'complete' }));
    assert.match(note?.text ?? '', /without an answer/);
    assert.deepEqual(note && actions(note), ['answerNow', 'thinkMore', 'askAgain']);
  });

  it('say that it only repeated itself, with Answer Now and Continue Anyway', () => {
    const note = endNote(turn({ kind: 'repetition', part: 'thought', from: 11 }));
    assert.match(note?.text ?? '', /only repeated itself and was stopped after 612 tokens/);
    assert.deepEqual(
      note?.buttons.map(({ label }) => label),
      ['Answer Now', 'Continue Anyway', 'Ask Again'],
    );
    const answer = endNote(turn({ kind: 'repetition', part: 'answer', from: 0 }, { answer: 'a a a', answeringAt: 1 }));
    assert.match(answer?.text ?? '', /The answer only repeated itself/);
  });

  it('say where the limit was reached inside the thought', () => {
    const note = endNote(turn({ kind: 'limit', by: 'maxTokens', tokens: 612 }));
    assert.match(note?.text ?? '', /not finished: it reached the limit of 612 tokens, 612 of them thought/);
    assert.deepEqual(note && actions(note), ['continue', 'answerNow', 'raiseLimit']);
  });
});

describe('the words for a model file that is not whole', () => {
  it('give the bytes that are there and those that are needed, the part that is missing, and the first of them', () => {
    const path = '/m/a.gguf';
    assert.match(errorNote({ code: 'modelTruncated', path, fileBytes: 1000, neededBytes: 2_000_000 }).text, /1,000 of its 2,000,000 bytes/);
    assert.match(errorNote({ code: 'modelTruncated', path, fileBytes: 100 }).text, /ends after 100 bytes, inside its header/);
    assert.match(
      errorNote({ code: 'modelDamaged', path, reason: 'two tensors overlap' }).text,
      /a\.gguf is damaged: two tensors overlap\. Download/,
    );
    assert.match(errorNote({ code: 'modelPartMissing', path, part: '/m/b.gguf' }).text, /part \/m\/b\.gguf of the model is missing/);
    assert.match(errorNote({ code: 'modelPart', path, first: '/m/1.gguf' }).text, /Choose the first one, \/m\/1\.gguf/);
  });
});
