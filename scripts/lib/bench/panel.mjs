/**
 * A thought of 30,000 tokens streamed into the panel at 200 tokens a second, a conversation of a thousand messages, and the
 * same stream through other pipelines, in a real Chromium.
 *
 * `--fast` plays all but the first and the last thousand tokens at ten times the speed and leaves out one of the streams;
 * shares and tasks are then those of the two thousands at real speed.
 */
import { findChromium } from '../chromium.mjs';
import { step } from '../progress.mjs';
import { over, row, under } from './frame.mjs';

const streams = [
  ['counting', 'open'],
  ['mathematics', 'open'],
  ['mathematics', 'preview'],
  ['counting', 'preview'],
];

/** @type {import('./frame.mjs').Part} */
export const panelPart = {
  name: 'panel',
  title: 'The panel',
  run: async ({ fast, figures }) => {
    const env = { LEMMA_CHROMIUM: await findChromium() };
    const part = (title, ...args) =>
      step(`Measuring ${title}`, () => figures('test/bench/panel.ts', env, [...args, ...(fast ? ['--fast'] : [])]));
    const streamed = [];
    for (const [thought, shown] of streams.slice(0, fast ? 3 : undefined))
      streamed.push(await part(`the ${thought} thought, ${shown}`, 'stream', thought, shown));
    const messages = await part('a thousand messages', 'messages');
    const compared = await part('other pipelines', 'comparison');
    return {
      rows: [...streamed.flatMap(({ result }) => streamRows(result)), ...messageRows(messages.result), ...comparisonRows(compared.result)],
      text: [
        'Times are processor time of the page’s main thread, the benchmark’s own sender and the tracing included. Time by the clock has in it what other programs took meanwhile.',
        fast ? 'All but the first and the last thousand tokens came at ten times the speed and are in no share and no task here.' : '',
      ]
        .filter(Boolean)
        .join(' '),
    };
  },
};

function streamRows({ thought, shown, stretches, heapBytes }) {
  const real = stretches.filter(({ speed }) => speed === 1);
  const [first, last] = [stretches[0], stretches.at(-1)];
  const sum = (key) => real.reduce((total, stretch) => total + stretch[key], 0);
  const most = (key) => Math.max(...real.map((stretch) => stretch[key]));
  const microseconds = ({ scriptMs, tokens }) => (scriptMs / tokens) * 1000;
  const shares = real.map(({ taskMs, wallMs }) => (100 * taskMs) / wallMs);
  const share = (100 * sum('taskMs')) / sum('wallMs');
  const ratio = microseconds(last) / microseconds(first);
  const [longest, byTheClock] = [most('longestTaskMs'), most('longestTaskWallMs')];
  const name = `${thought}, ${shown}`;
  return [
    row(`longest task: ${name}`, longest, 'ms', {
      ...{ goal: 'none over 50 ms', met: longest <= 50 },
      note: `${ms(byTheClock)} by the clock${byTheClock <= 50 ? '' : ', missed by the clock'}`,
    }),
    row(`tasks over 50 ms: ${name}`, sum('longTasks'), '', { note: `${sum('longTasksWall')} by the clock` }),
    row(`main thread busy: ${name}`, share, '%', {
      ...{ goal: 'under 10 %', met: share < 10 },
      note: `${percent(Math.max(...shares))} in the worst thousand tokens; ${percent((100 * sum('taskWallMs')) / sum('wallMs'))} by the clock`,
    }),
    row(`script for a token, last thousand over first: ${name}`, ratio, 'times', {
      ...{ goal: 'under 1.2 times', met: ratio < 1.2 },
      note: `${microseconds(first).toFixed(0)} µs and ${microseconds(last).toFixed(0)} µs`,
    }),
    row(`JavaScript heap after it: ${name}`, heapBytes / 1e6, 'MB', { goal: 'under 150 MB', met: heapBytes < 150e6 }),
  ];
}

function messageRows({ messages, openMs, opening, wheel, scroll, heapBytes }) {
  return [
    row(`${messages} messages: opened after, by the clock`, openMs, 'ms', {
      ...{ goal: 'under 1 s', met: openMs < 1000 },
      note: `${ms(opening.taskMs)} of processor time`,
    }),
    ...scrollRows(`${messages} messages, by the wheel, 3,000 pixels a second`, wheel),
    ...scrollRows(`${messages} messages, by the bar, 16,000 pixels a second`, scroll),
    row(`${messages} messages: JavaScript heap after all of them were seen`, heapBytes / 1e6, 'MB'),
  ];
}

/** Each turn is drawn for the first time on the way. */
function scrollRows(name, { frames, medianMs, p95Ms, longestMs, dropped, msPerFrame, work }) {
  const each = (part) => ms(part / frames);
  return [
    row(`${name}: 95 % of the frames within`, p95Ms, 'ms', {
      ...{ goal: '60 a second, 16.7 ms', met: p95Ms < 17.5 },
      note: `median ${ms(medianMs)}, longest ${ms(longestMs)}; ${percent(dropped * 100)} not drawn in time`,
    }),
    row(`${name}: main thread for a frame`, msPerFrame, 'ms', {
      ...under(msPerFrame, 16.7, 'ms'),
      note: `script ${each(work.scriptMs)}, style and layout ${each(work.styleAndLayoutMs)}, paint ${each(work.paintMs)}`,
    }),
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
    const name = `a flush of 10 tokens, main thread: ${pipelineNames[pipeline]}`;
    const sampled = measured < flushes ? `${measured} of ${flushes} measured` : `all ${flushes}`;
    if (pipeline === 'lemma') return row(name, taskMs, 'ms', { note: `script ${scriptMs.toFixed(2)} ms, ${sampled}` });
    const times = taskMs / ours.taskMs;
    return row(`${name}, over ours`, times, 'times', {
      ...(pipeline === 'unified' ? over(times, 20, 'times ours') : {}),
      note: `${taskMs.toFixed(2)} ms, ${sampled}; script alone ${(scriptMs / ours.scriptMs).toFixed(0)} times`,
    });
  });
}

const ms = (value) => `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`;
const percent = (value) => `${value.toFixed(1)} %`;
