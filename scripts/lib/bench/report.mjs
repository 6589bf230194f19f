/** Keeps what was measured in out/bench.json, and words it as Markdown. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { outFolder } from '../places.mjs';
import { seconds } from '../progress.mjs';

/**
 * @typedef {object} Entry A part as it was measured last.
 * @property {string} name
 * @property {string} title
 * @property {string} command
 * @property {string} date
 * @property {object} machine
 * @property {[number, number]} load average of the last minute, before and after
 * @property {number} ms that all of it took
 * @property {(import('./frame.mjs').Row & { command: string })[]} rows
 * @property {import('./frame.mjs').Curve[]} curves
 * @property {string} [text]
 */

/** @param {string} name of the file in `out`, without its ending @returns {Entry[]} none where nothing is kept */
export function keptEntries(name) {
  const file = path.join(outFolder, `${name}.json`);
  if (!existsSync(file)) return [];
  const { parts } = JSON.parse(readFileSync(file, 'utf8'));
  return Array.isArray(parts) ? parts : [];
}

/**
 * Puts an entry in the place of its part's last one and writes `out/NAME.json` and `out/NAME.md`.
 * @param {readonly string[]} order names of all parts
 * @param {Entry} entry
 */
export function keepEntry(name, order, entry) {
  const parts = [...keptEntries(name).filter((each) => each.name !== entry.name), entry];
  parts.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  mkdirSync(outFolder, { recursive: true });
  writeFileSync(path.join(outFolder, `${name}.json`), `${JSON.stringify({ parts }, null, 2)}\n`);
  writeFileSync(path.join(outFolder, `${name}.md`), report(parts));
}

/** @param {readonly Entry[]} entries @returns {string} a Markdown page */
export function report(entries) {
  const newest = [...entries].sort((a, b) => a.date.localeCompare(b.date)).at(-1);
  if (!newest) return '# Lemma, measured\n\nNothing yet.\n';
  const on = machineLine(newest.machine);
  const parts = entries.map((entry) => {
    const elsewhere = machineLine(entry.machine) === on ? '' : ` ${machineLine(entry.machine)}`;
    const busy = Math.max(...entry.load) > entry.machine.cores ? ', a busy machine' : '';
    const load = `load average ${entry.load[0].toFixed(1)} before and ${entry.load[1].toFixed(1)} after${busy}`;
    return [
      `## ${entry.title}`,
      `\`${entry.command}\`, ${entry.date.slice(0, 16).replace('T', ' ')} UTC, ${seconds(entry.ms)}, ${load}.${elsewhere}`,
      entry.text,
      table(entry.rows),
    ];
  });
  const missed = entries.flatMap(({ rows }) => rows).filter(({ met }) => met === false).length;
  return [
    '# Lemma, measured',
    on,
    'Medians, with the lowest and the highest in parentheses. A goal that is missed changes no exit code, since times depend on the machine.',
    `${missed === 0 ? 'No goal is' : missed === 1 ? 'One goal is' : `${missed} goals are`} missed.`,
    ...parts.flat(),
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

function machineLine({ platform, cpu, cores, memoryGb, versions }) {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${platform}, ${cores} × ${cpu}, ${memoryGb} GB. ${named.join(', ')}.`;
}

function table(rows) {
  const lines = rows.map(
    ({ what, goal = '', met, ...row }) => `| ${what} | ${measured(row)} | ${goal}${met === false ? ' (missed)' : ''} |`,
  );
  return ['| what | measured | goal |', '| --- | --- | --- |', ...lines].join('\n');
}

/** `12.3 ms (11.9 to 14.0); first 30 ms`. */
function measured({ value, unit, min, max, note }) {
  const noted = note === undefined ? '' : note.replaceAll('|', '\\|');
  if (value === undefined || value === null) return noted;
  const range = min === undefined || max === undefined ? '' : ` (${plain(min)} to ${plain(max)})`;
  return `${plain(value)}${unit === '' ? '' : ` ${unit}`}${range}${noted === '' ? '' : `; ${noted}`}`;
}

/** Three digits that count, and no more decimals than that. */
function plain(value) {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) < 1 ? 3 : Math.abs(value) < 10 ? 2 : 1);
}
