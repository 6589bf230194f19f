/**
 * `npm run bench -- panel`: a thought of 30,000 tokens streamed into the panel at 200 tokens a second, a conversation of
 * a thousand messages, and the same stream through other pipelines, in a real Chromium. Prints a Markdown report and
 * writes it to out/bench-panel.md, with the numbers in out/bench-panel.json. A figure over its goal is marked as missed
 * and changes no exit code, since times depend on the machine.
 *
 * `--fast` plays all but the first and the last thousand tokens at ten times the speed and leaves out one of the streams;
 * shares and tasks are then those of the two thousands at real speed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { outFolder } from './places.mjs';
import { step } from './progress.mjs';

const streams = [
  ['counting', 'open'],
  ['mathematics', 'open'],
  ['mathematics', 'preview'],
  ['counting', 'preview'],
];

/** @param {{ fast: boolean, figures: (script: string, env: object, args: string[]) => Promise<any>, machine: object }} options */
export async function panelBench({ fast, figures, machine }) {
  const env = { LEMMA_CHROMIUM: await findChromium() };
  const part = (title, ...args) =>
    step(`Measuring ${title}`, () => figures('test/bench/panel.ts', env, [...args, ...(fast ? ['--fast'] : [])]));
  const streamed = [];
  for (const [thought, shown] of streams.slice(0, fast ? 3 : undefined))
    streamed.push(await part(`the ${thought} thought, ${shown}`, 'stream', thought, shown));
  const messages = await part('a thousand messages', 'messages');
  const compared = await part('other pipelines', 'comparison');
  const all = { machine, fast, streamed, messages, compared };
  mkdirSync(outFolder, { recursive: true });
  writeFileSync(path.join(outFolder, 'bench-panel.json'), `${JSON.stringify(all, null, 2)}\n`);
  const text = panelReport(all);
  writeFileSync(path.join(outFolder, 'bench-panel.md'), text);
  console.log(`\n${text}`);
}

/** The report of the figures in out/bench-panel.json, as Markdown. */
export function panelReport({ machine: on, fast, streamed, messages, compared }) {
  const rows = [
    ...streamed.flatMap((part) => streamRows(part.result)),
    ...messageRows(messages.result),
    ...comparisonRows(compared.result),
  ];
  const loads = [...streamed, messages, compared].flatMap((part) => part.load);
  return [
    `# The panel, measured${fast ? ' (--fast)' : ''}`,
    `${on.date}, ${on.platform}, ${on.cores} × ${on.cpu}. Load average ${number(Math.min(...loads))} to ${number(Math.max(...loads))} on ${on.cores} cores.`,
    'Processor time is what the page’s main thread used, the benchmark’s own sender and the tracing included. Time by the clock has in it what other programs took meanwhile.',
    ['| what | measured | goal |', '| --- | --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n'),
    fast ? 'All but the first and the last thousand tokens came at ten times the speed and are in no share and no task here.' : '',
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

function streamRows({ thought, shown, stretches, heapBytes }) {
  const real = stretches.filter(({ speed }) => speed === 1);
  const [first, last] = [stretches[0], stretches.at(-1)];
  const sum = (key) => real.reduce((total, stretch) => total + stretch[key], 0);
  const most = (key) => Math.max(...real.map((stretch) => stretch[key]));
  const perToken = ({ scriptMs, tokens }) => (scriptMs / tokens) * 1000;
  const ratio = perToken(last) / perToken(first);
  const share = sum('taskMs') / sum('wallMs');
  const worst = Math.max(...real.map(({ taskMs, wallMs }) => taskMs / wallMs));
  const name = `${thought}, ${shown}`;
  return [
    [
      `Longest task: ${name}`,
      `${ms(most('longestTaskMs'))} of processor time, ${ms(most('longestTaskWallMs'))} by the clock`,
      `none over 50 ms${verdict(most('longestTaskMs') <= 50, most('longestTaskWallMs') <= 50)}`,
    ],
    [`Tasks over 50 ms: ${name}`, `${sum('longTasks')} of processor time, ${sum('longTasksWall')} by the clock`, ''],
    [
      `Main thread busy: ${name}`,
      `${percent(share)}, ${percent(worst)} in the worst thousand tokens; ${percent(sum('taskWallMs') / sum('wallMs'))} by the clock`,
      `under 10 %${verdict(share < 0.1)}`,
    ],
    [
      `Script per token, first and last thousand: ${name}`,
      `${perToken(first).toFixed(0)} µs and ${perToken(last).toFixed(0)} µs, ratio ${ratio.toFixed(2)}`,
      `ratio under 1.2${verdict(ratio < 1.2)}`,
    ],
    [`JavaScript heap after it: ${name}`, megabytes(heapBytes), `under 150 MB${verdict(heapBytes < 150e6)}`],
  ];
}

function messageRows({ messages, openMs, opening, wheel, scroll, heapBytes }) {
  return [
    [
      `${messages} messages: opened after`,
      `${ms(openMs)} by the clock, ${ms(opening.taskMs)} of processor time`,
      `under 1 s${verdict(openMs < 1000)}`,
    ],
    ...scrollRows(`${messages} messages: scrolled by the wheel, 3,000 pixels a second`, wheel),
    ...scrollRows(`${messages} messages: scrolled by the bar, 16,000 pixels a second`, scroll),
    [`${messages} messages: JavaScript heap after all of them were seen`, megabytes(heapBytes), ''],
  ];
}

/** Each turn is drawn for the first time on the way. */
function scrollRows(name, { frames, medianMs, p95Ms, longestMs, dropped, msPerFrame, work }) {
  const each = (part) => ms(part / frames);
  return [
    [
      name,
      `a frame ${ms(medianMs)} in the middle, 95 % within ${ms(p95Ms)}, longest ${ms(longestMs)}; ${percent(dropped)} not drawn in time`,
      `60 a second, 16.7 ms${verdict(p95Ms < 17.5)}`,
    ],
    [
      'main thread for such a frame',
      `${ms(msPerFrame)}: script ${each(work.scriptMs)}, style and layout ${each(work.styleAndLayoutMs)}, paint ${each(work.paintMs)}`,
      `under 16.7 ms${verdict(msPerFrame < 16.7)}`,
    ],
  ];
}

const pipelineNames = {
  lemma: 'Lemma, block by block',
  marked: 'marked in full, formulas left out',
  unified: 'unified with remark-math and rehype-katex in full',
};

function comparisonRows(compared) {
  const ours = compared.find(({ pipeline }) => pipeline === 'lemma');
  return compared.map(({ pipeline, scriptMs, taskMs, measured, flushes }) => {
    const times = taskMs / ours.taskMs;
    const sampled = measured < flushes ? ` (${measured} of ${flushes} measured)` : ` (all ${flushes})`;
    const ratio =
      pipeline === 'lemma' ? '' : `; ${times.toFixed(0)} times ours, script alone ${(scriptMs / ours.scriptMs).toFixed(0)} times`;
    return [
      `A flush of 10 tokens, main thread: ${pipelineNames[pipeline]}`,
      `${taskMs.toFixed(2)} ms, script ${scriptMs.toFixed(2)} ms${sampled}${ratio}`,
      pipeline === 'unified' ? `at least 20 times ours${verdict(times >= 20)}` : '',
    ];
  });
}

/** Nothing where the goal is reached. @param byTheClock the same by the clock, where that is another matter */
function verdict(reached, byTheClock = reached) {
  if (reached && byTheClock) return '';
  return reached ? ' (missed by the clock)' : ' (missed)';
}

const number = (value) => value.toFixed(1);
const ms = (value) => `${value < 100 ? number(value) : value.toFixed(0)} ms`;
const percent = (value) => `${(value * 100).toFixed(1)} %`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
