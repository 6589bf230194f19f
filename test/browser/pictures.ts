import type { Page } from 'playwright-core';
import type { HostToPanel, PanelState } from '../../src/shared/panelProtocol.ts';
import { contextPictures } from './contextPictures.ts';
import { explain, modelInfo, Script, solve, wordsOf } from './conversations.ts';
import { historyPictures } from './historyPictures.ts';
import { morePictures } from './morePictures.ts';
import { codeAnswer, mathAnswer, mathThought } from './samples.ts';

export interface Picture {
  readonly state: PanelState;
  /** Selects what is clicked once the state is drawn, one after the other: the last of its kind. Not by the mouse, after which Tab would go on from there. */
  readonly click?: string | readonly string[];
  /** What the host sends after the state. */
  readonly then?: readonly HostToPanel[];
}

/** Does what a picture needs beside its state. */
export async function prepare(page: Page, { click, then }: Picture): Promise<void> {
  if (then) {
    await page.evaluate(async (messages) => {
      for (const message of messages) window.postMessage(message, '*');
      await new Promise((done) => setTimeout(done));
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }, then);
  }
  for (const each of [click ?? []].flat()) {
    await page
      .locator(each)
      .last()
      .evaluate((control: HTMLElement) => control.click());
  }
}

/** The states that the design draws, each as the host would send it. */
export function pictures(): Record<string, Picture> {
  const now = Date.now();
  const selection = { label: 'sample.tex:12–15', scope: 'selection', lines: 4 } as const;
  const thinking = solve(now - 19_000)
    .phase('reading')
    .budget(62, 24_000)
    .phase('thinking', 0)
    .delta('thought', mathThought, 840);
  const answering = solve(now - 60_000)
    .phase('reading')
    .budget(62, 24_000)
    .phase('thinking')
    .delta('thought', mathThought, 1890)
    .phase('answering', 41_000)
    .delta('answer', mathAnswer.slice(0, 190));
  const stopped = solve().phase('reading').phase('thinking').delta('thought', mathThought, 840).end({ kind: 'stopped' }, 18_000);
  const crashed = solve()
    .answered(mathThought, mathAnswer.slice(0, 250))
    .state({ draft: 'And if a and b are integers?', modelStatus: 'Engine stopped' });
  const branched = solve().answered(mathThought, 'The sum takes every value from 6 upwards: $a + b \\ge 6$.');
  for (const [text, replaces] of [
    ['And if both are integers? Give all of the pairs, please.', undefined],
    ['And if both are integers?', 'turn2'],
  ] as const)
    branched.ask('ask', undefined, text, replaces).answered('Only few cases.', 'It is $(2, 5)$, $(3, 3)$ or $(5, 2)$.', 4, 60);
  return {
    branches: { state: branched.state() },
    editing: { state: branched.state(), click: '[aria-label="Edit Question"]' },
    editingTask: { state: solve().answered(mathThought, mathAnswer).state(), click: '[aria-label="Edit Question"]' },
    menu: { state: branched.state(), click: '[aria-label="More Actions"]' },
    deleted: {
      state: solve()
        .answered(mathThought, mathAnswer)
        .state({
          notice: {
            tone: 'info',
            icon: 'trash',
            text: 'The question was deleted, and what was answered to it.',
            buttons: [
              { action: 'undoDelete', label: 'Undo' },
              { action: 'dismissNotice', label: 'Close' },
            ],
          },
        }),
    },
    welcome: { state: new Script().state({ selection, selectionAttached: true }) },
    noModel: {
      state: new Script().state({
        model: { kind: 'notChosen' },
        modelLabel: '',
        modelStatus: 'No model yet',
        welcome: {
          tone: 'info',
          icon: 'symbol-operator',
          text: 'Select code or mathematics, press Ctrl+K L, and read along while a reasoning model works on it. It runs on this computer. Nothing you select leaves it.',
          buttons: [{ action: 'chooseModel', label: 'Choose Model…', primary: true }],
        },
      }),
    },
    loading: {
      state: solve(now - 3000).state({
        model: { kind: 'loading', name: 'GLM-Z1-9B', fraction: 0.42 },
        modelStatus: 'Loading GLM-Z1-9B, 42 %',
      }),
    },
    reading: {
      state: solve(now - 1000)
        .phase('reading')
        .state(),
    },
    thinking: { state: thinking.state({ model: { kind: 'busy', info: modelInfo, activity: 'thinking', sinceMs: now } }) },
    answering: { state: answering.state() },
    finished: { state: solve().answered(mathThought, mathAnswer).state() },
    open: { state: solve().answered(mathThought, mathAnswer).state(), click: '.fold' },
    code: { state: explain().answered(mathThought, codeAnswer, 22, 1004).state({ selection }) },
    stopped: {
      state: stopped.state({
        words: {
          turn1: {
            ...wordsOf('solve'),
            title: 'Solve',
            place: 'sample.tex:12–14',
            scopeNote: 'Nothing was selected, so the paragraph at the cursor was taken.',
            note: {
              tone: 'info',
              icon: 'debug-stop',
              text: 'You stopped this while it was thinking. The thought so far is kept; there is no answer yet.',
              buttons: [
                { action: 'continue', label: 'Continue', primary: true },
                { action: 'answerNow', label: 'Answer Now' },
                { action: 'askAgain', label: 'Ask Again' },
              ],
            },
          },
        },
      }),
    },
    crashed: {
      state: {
        ...crashed,
        words: {
          turn1: {
            ...wordsOf('solve'),
            title: 'Solve',
            place: 'sample.tex:12–14',
            note: {
              tone: 'error',
              icon: 'error',
              text: 'The engine stopped unexpectedly: the GPU ran out of memory. Everything written so far is kept, and so is your draft.',
              buttons: [
                { action: 'restartEngine', label: 'Restart', primary: true },
                { action: 'showLog', label: 'Show Log' },
              ],
            },
          },
        },
      },
    },
    ...contextPictures(),
    ...morePictures(),
    ...historyPictures(),
    notice: {
      state: solve()
        .answered(mathThought, 'The sum takes every value from 6 upwards: $a + b \\ge 6$.')
        .ask('ask', undefined, 'And if both are integers?')
        .answered('Only few cases.', 'Then $(a-1)(b-1) = 4$, so $(a, b)$ is $(2, 5)$, $(3, 3)$ or $(5, 2)$.', 4, 60)
        .state({
          notice: {
            tone: 'warning',
            icon: 'warning',
            text: 'Running on the processor at about 4 tokens/s. The model needs 8.0 GB of GPU memory; 5.1 GB are free.',
            buttons: [
              { action: 'chooseModel', label: 'Choose Smaller…' },
              { action: 'reloadModel', label: 'Try Again' },
              { action: 'dismissNotice', label: 'Close' },
            ],
          },
        }),
    },
  };
}
