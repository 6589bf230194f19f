/** What a question costs before its first text, several replies at once, and a window with many conversations. */
import { at, row, spread, under } from './frame.mjs';

/** @type {import('./frame.mjs').Part} */
export const prefetchPart = {
  name: 'prefetch',
  title: 'A selection that is read before the key',
  built: true,
  run: async ({ figures }) => {
    const { first, session } = await figures('test/bench/prefetch.ts');
    return {
      rows: [
        row(`from the key to the first text, ${first.promptTokens} tokens, read in advance`, first.hitMs, 'ms', {
          ...{ goal: `at most ${first.goalMs} ms: 1.2 decoded tokens and 30 ms`, met: first.met },
          note: `${first.coldMs} ms without`,
        }),
        row('without over with', first.ratio, 'times'),
        row(`tokens read for nothing in a session of ${session.selections} selections, ${session.asked} asked`, session.wastedTokens, '', {
          note: `of ${session.readTokens}`,
        }),
      ],
    };
  },
};

/** @type {import('./frame.mjs').Part} */
export const samplesPart = {
  name: 'samples',
  title: 'Several answers at once, over one',
  built: true,
  quick: true,
  run: async ({ figures, quick }) => {
    const measured = await figures('test/bench/samples.ts', {}, quick ? ['1', '5'] : []);
    return {
      rows: measured
        .slice(1)
        .map(({ samples, ratio, min, max, ms, tokensPerSecond }) =>
          row(`${samples} at once`, ratio, 'times', { min, max, note: `${ms} ms, ${tokensPerSecond} tokens/s together` }),
        ),
    };
  },
};

/** @type {import('./frame.mjs').Part} */
export const statesPart = {
  name: 'states',
  title: 'What the context remembers: kept and read back, over evaluated again',
  run: async ({ figures }) => {
    const measured = await figures('test/bench/states.ts', { UV_THREADPOOL_SIZE: '1' });
    const line = (name, key) => ({ name, points: measured.map((one) => [one.tokens, one[key]]) });
    const rows = measured.map(({ tokens, evaluateMs, saveMs, loadMs, ratio, min, max }) =>
      row(`${tokens.toLocaleString('en-US')} tokens`, ratio, 'times as fast', {
        ...{ min, max, note: `${evaluateMs} ms to evaluate, ${saveMs} ms to keep, ${loadMs} ms to read back` },
      }),
    );
    const curve = {
      ...{ name: 'states', title: 'What the context remembers: evaluated, kept, read back' },
      ...{ x: { label: 'tokens', log: true }, y: { label: 'ms', log: true } },
      series: [line('evaluated', 'evaluateMs'), line('kept', 'saveMs'), line('read back', 'loadMs')],
    };
    return { rows, curves: [curve] };
  },
};

/** @type {import('./frame.mjs').Part} */
export const threadsPart = {
  name: 'threads',
  title: 'Threads chosen at load, over the default',
  run: async ({ figures }) => {
    const measured = await figures('test/bench/threads.ts', { UV_THREADPOOL_SIZE: '1' });
    const { byDefault, chosen, from, writtenRatios, readRatios, loadMs, measuredLoadMs, knownLoadMs, costMs } = measured;
    const note = `${chosen} threads (${from}), ${byDefault} by default`;
    const over = (what, ratios) => row(what, ratios.length > 0 ? at(ratios, 0.5) : undefined, 'times as fast', { ...spread(ratios), note });
    return {
      rows: [
        over('tokens written', writtenRatios),
        over('tokens read', readRatios),
        row('a load with the measurement takes more', at(costMs, 0.5), 'ms', {
          ...spread(costMs),
          note: `${measuredLoadMs} ms; ${loadMs} without it, ${knownLoadMs} with what it found`,
        }),
      ],
    };
  },
};

/** @type {import('./frame.mjs').Part} */
export const conversationsPart = {
  name: 'conversations',
  title: 'A window with many conversations',
  quick: true,
  run: async ({ figures, quick }) => {
    const measured = await figures('test/bench/conversations.ts', {}, quick ? ['counts', '1000'] : []);
    const named = (count) => `${count.toLocaleString('en-US')} conversations`;
    const line = (name, key) => ({ name, points: measured.map((one) => [one.conversations, one[key]]) });
    const rows = measured.flatMap(({ conversations, openMs, openRangeMs: [min, max], listMs, firstListMs, searchMs }) => [
      row(`${named(conversations)}: the one that was shown last is there`, openMs, 'ms', { min, max, ...under(openMs, 200, 'ms') }),
      row(`${named(conversations)}: all are listed`, listMs, 'ms', { note: `${firstListMs} ms without an index` }),
      row(`${named(conversations)}: the first search`, searchMs, 'ms'),
    ]);
    const curve = {
      name: 'conversations',
      title: 'Opening a window with many conversations',
      x: { label: 'stored conversations', log: true },
      y: { label: 'milliseconds', log: true },
      series: [line('the last one is shown', 'openMs'), line('all are listed', 'listMs'), line('listed without an index', 'firstListMs')],
    };
    return { rows, ...(quick ? {} : { curves: [curve] }) };
  },
};
