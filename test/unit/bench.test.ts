import assert from 'node:assert/strict';
import { chart } from '../../scripts/lib/bench/chart.mjs';
import type { Curve } from '../../scripts/lib/bench/frame.mjs';
import { over, row, spread, under } from '../../scripts/lib/bench/frame.mjs';
import { report } from '../../scripts/lib/bench/report.mjs';

const machine = { platform: 'linux-x64', cpu: 'A processor', cores: 2, memoryGb: 16, versions: { Node: '24.0.0' } };
const entry = {
  ...{ name: 'engine', title: 'The engine', command: 'npm run bench -- engine', date: '2026-11-27T10:00:00.000Z', machine },
  ...{ load: [0.1, 0.2] as [number, number], ms: 1500, rows: [], curves: [] },
};
const command = entry.command;

describe('the report of the benchmark', () => {
  it('gives each figure its unit, its spread and its goal, and names the command, the machine and the versions', () => {
    const rows = [
      { ...row('first text', 12.34, 'ms', { ...spread([11, 12.34, 20.5]), ...under(12.34, 20, 'ms') }), command },
      { ...row('speed', 1234.5, 'tokens/s', { note: 'a|b' }), command },
    ];
    const text = report([{ ...entry, rows }]);
    assert.match(text, /\| first text \| 12\.3 ms \(11 to 20\.5\) \| at most 20 ms \|/);
    assert.match(text, /\| speed \| 1,235 tokens\/s; a\\\|b \| {2}\|/);
    assert.match(text, /linux-x64, 2 × A processor, 16 GB\. Node 24\.0\.0\./);
    assert.match(text, /`npm run bench -- engine`, 2026-11-27 10:00 UTC, 1\.5 s, load average 0\.1 before and 0\.2 after\./);
    assert.match(text, /No goal is missed\./);
  });

  it('marks goals that are missed, in either direction, and counts them', () => {
    const rows = [row('own cost', 0.2, 'ms', under(0.2, 0.1, 'ms')), row('ratio', 0.9, 'times', over(0.9, 0.95, 'times'))];
    const text = report([{ ...entry, rows: rows.map((each) => ({ ...each, command })) }]);
    assert.match(text, /at most 0\.1 ms \(missed\)/);
    assert.match(text, /at least 0\.95 times \(missed\)/);
    assert.match(text, /2 goals are missed\./);
  });

  it('says of a busy machine that it is one, and of another machine which', () => {
    const busy = { ...entry, load: [0.5, 3] as [number, number], date: '2026-11-28T10:00:00.000Z' };
    const elsewhere = { ...entry, name: 'check', machine: { ...machine, cpu: 'Another one' } };
    const text = report([busy, elsewhere]);
    assert.match(text, /load average 0\.5 before and 3\.0 after, a busy machine\.\n/);
    assert.match(text, /0\.2 after\. linux-x64, 2 × Another one/);
  });

  it('says why there is no figure', () => {
    const text = report([{ ...entry, rows: [{ ...row('llama-bench', undefined, '', { note: 'it needs g++' }), command }] }]);
    assert.match(text, /\| llama-bench \| it needs g\+\+ \|/);
  });
});

describe('a chart', () => {
  const curve: Curve = {
    ...{ name: 'x', title: 'Time & <length>', x: { label: 'tokens', log: true }, y: { label: 'milliseconds', log: true } },
    series: [
      {
        name: 'one',
        points: [
          [1000, 10],
          [10_000, 100],
          [100_000, 1000],
        ],
      },
      {
        name: 'two',
        points: [
          [1000, 20],
          [100_000, 20],
        ],
      },
    ],
  };
  const places = (svg: string, line: number): number[][] =>
    [...(new RegExp(`class="s${line} line" d="([^"]+L[^"]+)"`).exec(svg)?.[1] ?? '').matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map((match) =>
      match.slice(1).map(Number),
    );

  it('draws straight what is straight on logarithmic axes, upwards', () => {
    const [first = [], second = [], third = []] = places(chart(curve), 0);
    assert.ok(Math.abs((first[0] ?? 0) + (third[0] ?? 0) - 2 * (second[0] ?? 0)) < 0.3);
    assert.ok(Math.abs((first[1] ?? 0) + (third[1] ?? 0) - 2 * (second[1] ?? 0)) < 0.3);
    assert.ok((first[1] ?? 0) > (third[1] ?? 0));
  });

  it('keeps all points inside its frame, and a level line level', () => {
    const svg = chart(curve);
    const [from = [], to = []] = places(svg, 1);
    assert.equal(from[1], to[1]);
    for (const [x = 0, y = 0] of [...places(svg, 0), ...places(svg, 1)]) assert.ok(x > 0 && x < 760 && y > 0 && y < 420);
  });

  it('has a name, a description and colours for light and dark, and no character of a text is markup', () => {
    const svg = chart(curve);
    assert.match(svg, /<title id="title">Time &amp; &lt;length><\/title>/);
    assert.match(svg, /<desc id="summary">[^<]*one: 10 at 1K, 100 at 10K, 1K at 100K/);
    assert.match(svg, /prefers-color-scheme: dark/);
  });

  it('begins a linear axis at 0 and leaves out what was not measured', () => {
    const points: [number, number][] = [
      [0, 140],
      [50, Number.NaN],
      [100, 300],
    ];
    const svg = chart({ ...curve, x: { label: 'tokens' }, y: { label: 'MB' }, series: [{ name: 'one', points }] });
    assert.match(svg, />0<\/text>/);
    assert.equal(places(svg, 0).length, 2);
  });
});
