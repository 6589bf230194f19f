/** What a turn costs by its length, memory by the context, and the charts of all curves. */
import { at, row, spread } from './frame.mjs';

/** @type {import('./frame.mjs').Part} */
export const scalePart = {
  name: 'scale',
  title: 'By length: a model of one layer for turns, the tiny model for memory',
  built: true,
  run: async ({ figures }) => {
    const { turns, memory, kvBytesPerToken, questionTokens } = await figures('test/bench/scale.ts');
    const rows = turns.flatMap((turn) => turnRows(turn, questionTokens));
    const [least, most] = [memory[0], memory.at(-1)];
    if (least && most)
      rows.push(
        row(`memory of the inference process, a context of ${most.contextTokens.toLocaleString('en-US')} tokens`, most.bytes / 1e6, 'MB', {
          note: memory
            .map(({ contextTokens, bytes }) => `${contextTokens.toLocaleString('en-US')}: ${(bytes / 1e6).toFixed(0)} MB`)
            .join(', '),
        }),
        row(
          'memory for one more token of context, over its keys and values',
          (most.bytes - least.bytes) / (most.contextTokens - least.contextTokens) / kvBytesPerToken,
          'times',
        ),
      );
    return { rows, curves: curves(turns, memory, questionTokens) };
  },
};

function turnRows({ tokens, coldMs, followUpMs, readPerSecond, writePerSecond, bench }, questionTokens) {
  const length = `${tokens.toLocaleString('en-US')} tokens`;
  const ratio = (what, own, to) => {
    const ratios = own.map((each, round) => each / to[round]);
    return row(`${length}: ${what} over \`llama-bench\` at that length`, at(ratios, 0.5), 'times', {
      ...spread(ratios),
      note: `${Math.round(at(own, 0.5))} to ${Math.round(at(to, 0.5))} tokens/s`,
    });
  };
  return [
    row(`${length}: to the first text, nothing remembered`, coldMs, 'ms'),
    row(`${length}: to the first text of a question of ${questionTokens} more`, at(followUpMs, 0.5), 'ms', spread(followUpMs)),
    ...(bench
      ? [ratio('reading', readPerSecond, bench.readPerSecond), ratio('decoding', writePerSecond, bench.writePerSecond)]
      : [
          row(`${length}: reading`, at(readPerSecond, 0.5), 'tokens/s', spread(readPerSecond)),
          row(`${length}: decoding`, at(writePerSecond, 0.5), 'tokens/s', spread(writePerSecond)),
        ]),
  ];
}

function curves(turns, memory, questionTokens) {
  const line = (name, value) => ({ name, points: turns.map((turn) => [turn.tokens, value(turn)]) });
  const x = { label: 'tokens before the question', log: true };
  const compared = turns.every(({ bench }) => bench !== undefined);
  return [
    {
      ...{ name: 'turn', title: 'To the first text, by length', x, y: { label: 'milliseconds', log: true } },
      series: [
        line('nothing remembered', ({ coldMs }) => coldMs),
        line(`a question of ${questionTokens} tokens more`, ({ followUpMs }) => at(followUpMs, 0.5)),
      ],
    },
    ...[
      ['reading', 'Reading, by length', 'readPerSecond'],
      ['decoding', 'Decoding, by length', 'writePerSecond'],
    ].map(([name, title, key]) => ({
      ...{ name, title, x, y: { label: 'tokens a second', log: true } },
      series: [line('Lemma', (turn) => at(turn[key], 0.5)), ...(compared ? [line('llama-bench', ({ bench }) => at(bench[key], 0.5))] : [])],
    })),
    ...(memory.length === 0
      ? []
      : [
          {
            ...{ name: 'memory', title: 'Memory of the inference process, by context' },
            ...{ x: { label: 'tokens of context, in units of 1,024' }, y: { label: 'megabytes, with the tiny model' } },
            series: [{ name: 'in memory', points: memory.map(({ contextTokens, bytes }) => [contextTokens / 1024, bytes / 1e6]) }],
          },
        ]),
  ];
}
