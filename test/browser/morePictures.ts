import { use } from './contextPictures.ts';
import { explain, modelInfo, solve, wordsOf } from './conversations.ts';
import type { Picture } from './pictures.ts';
import { mathAnswer, mathThought } from './samples.ts';
import { checkedAnswer } from './checkPictures.ts';
import { voteEnded, voteRunning } from './votePictures.ts';

/** States of reading on, of waiting and of trouble. */
export function morePictures(): Record<string, Picture> {
  const now = Date.now();
  const read = solve().answered(mathThought, mathAnswer);
  const limit = solve()
    .phase('reading')
    .phase('thinking')
    .delta('thought', mathThought, 27_204)
    .phase('answering', 300_000)
    .delta('answer', mathAnswer.slice(0, 250), 2796)
    .end({ kind: 'limit', by: 'maxTokens', tokens: 30_000 }, 320_000);
  const more = solve()
    .answered(mathThought, mathAnswer)
    .ask('solve', undefined, '', 'turn1')
    .phase('reading')
    .phase('thinking', 0)
    .delta('thought', `${mathThought}\nWait, let me check this again.\n`, 900);
  const again = solve().phase('reading').phase('thinking').delta('thought', mathThought, 840).end({ kind: 'stopped' }, 18_000);
  again.events.push({ type: 'resumed', turnId: 'turn1', at: now });
  again.phase('reading', 0);
  return {
    contents: { state: read.state(), click: ['.fold', '[aria-label^="Contents of"]'] },
    searching: { state: read.state(), click: ['.fold', '.thought [aria-label^="Search in"]'] },
    editingThought: { state: read.state(), click: ['[aria-label="More Actions"]', '[role=menuitem]:has-text("Edit Thought")'] },
    waiting: { state: solve(now - 500).state({ model: { kind: 'busy', info: modelInfo, activity: 'reading', sinceMs: now } }) },
    thinkingMore: { state: more.state({ model: { kind: 'busy', info: modelInfo, activity: 'thinking', sinceMs: now } }) },
    limit: {
      state: limit.state({
        words: {
          turn1: {
            ...wordsOf('solve'),
            title: 'Solve',
            place: 'sample.tex:12–14',
            note: {
              tone: 'warning',
              icon: 'warning',
              text: 'The answer is not finished: it reached the limit of 30,000 tokens, 27,204 of them thought.',
              buttons: [
                { action: 'continue', label: 'Continue', primary: true },
                { action: 'raiseLimit', label: 'Raise the Limit…' },
              ],
            },
          },
        },
      }),
    },
    thinkingBudget: {
      state: read.state({
        thinking: { budgetTokens: 4096, choices: [0, 1024, 4096, 16_384] },
        context: use,
        words: {
          turn1: {
            ...wordsOf('solve'),
            title: 'Solve',
            place: 'sample.tex:12–14',
            note: {
              tone: 'info',
              icon: 'thinking',
              text: 'The thought was closed at its budget, after 4,110 tokens.',
              buttons: [{ action: 'thinkMore', label: 'Think More' }],
            },
          },
        },
      }),
      click: '.thinking-budget > button',
    },
    voteRunning: voteRunning(),
    checkedAnswer: checkedAnswer(),
    voteEnded: { ...voteEnded(), click: ['.vote [data-group="1"] button.fold'] },
    readAgain: {
      state: again.state({ model: { kind: 'busy', info: modelInfo, activity: 'reading', sinceMs: now } }),
      then: [{ type: 'progress', progress: { turnId: 'turn1', readTokens: 4200, promptTokens: 12_400, againTokens: 12_400 } }],
    },
    downloading: {
      state: solve()
        .answered(mathThought, mathAnswer)
        .state({
          download: {
            tone: 'info',
            icon: 'arrow-down',
            text: 'Downloading GLM-Z1-9B-0414 Q4_K_M: 2.6 of 6.2 GB · 24 MB/s · about 2 min 30 s left. You can close this view or VS Code; the download goes on where it stopped.',
            fraction: 0.42,
            buttons: [{ action: 'pauseDownload', label: 'Pause' }],
          },
        }),
    },
    shortfall: {
      state: solve()
        .answered(mathThought, mathAnswer)
        .state({
          notice: {
            tone: 'warning',
            icon: 'warning',
            text: 'Only 24 of 40 layers of GLM-Z1-9B-0414-Q4_K_M fit on the GPU, so it is slower than it could be. There is memory for a context of 8,192 tokens only; 32,768 were wanted, so long replies end sooner. Before loading: 11.2 of 31.9 GB of memory free, 4.1 of 6.0 GB on the GPU.',
            buttons: [
              { action: 'showModelDetails', label: 'Details', primary: true },
              { action: 'chooseSmaller', label: 'Choose Smaller…' },
              { action: 'dismissNotice', label: 'Close' },
            ],
          },
        }),
    },
    downloadFailed: {
      state: solve().state({
        model: { kind: 'notChosen' },
        download: {
          tone: 'error',
          icon: 'error',
          text: 'huggingface.co has sent nothing for 30 seconds, several times. 2.6 GB are fetched and kept; resume later.',
          buttons: [
            { action: 'resumeDownload', label: 'Resume', primary: true },
            { action: 'showLog', label: 'Show Log' },
            { action: 'removeDownload', label: 'Remove' },
            { action: 'hideDownload', label: 'Close' },
          ],
        },
      }),
    },
    leftOut: {
      state: explain()
        .answered('Hm.', 'It evaluates a polynomial.')
        .state({
          words: {
            turn1: {
              ...wordsOf('explain'),
              title: 'Explain',
              place: 'poly.py:8–15',
              scopeNote: 'You left this turn out: the model is not told of it.',
            },
          },
        }),
    },
    storage: {
      state: read.state({
        notice: {
          tone: 'error',
          icon: 'error',
          text: 'This conversation cannot be saved to conversations/b1c2.jsonl: there is no room on the disk. It goes on here, and saving is tried again; make room or copy what you need.',
          buttons: [
            { action: 'showLog', label: 'Show Log' },
            { action: 'dismissNotice', label: 'Close' },
          ],
        },
      }),
    },
  };
}
