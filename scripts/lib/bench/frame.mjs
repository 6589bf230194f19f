/**
 * What the parts of the benchmark share: rows, their measurements in processes of their own, and what they ran on.
 *
 * @typedef {object} Row One figure.
 * @property {string} what
 * @property {number | undefined} value the median, or the only one; absent where it could not be measured, and `note` says why
 * @property {string} unit `ms`, `tokens/s`, `times`, `%`, `kB`, `MB`, … ; empty for counts
 * @property {number} [min] of the runs whose median `value` is
 * @property {number} [max]
 * @property {string} [goal] in words
 * @property {boolean} [met] present with a goal
 * @property {string} [note] further figures, in words
 *
 * @typedef {object} Curve What a chart is drawn of; see `chart.mjs`.
 * @property {string} name of the file, without `bench-` and `.svg`
 * @property {string} title
 * @property {Axis} x
 * @property {Axis} y
 * @property {{ name: string, points: [number, number][] }[]} series
 *
 * @typedef {{ label: string, log?: boolean }} Axis
 *
 * @typedef {object} Context What a part may use.
 * @property {(script: string, env?: object, args?: string[]) => Promise<any>} figures
 * @property {() => Promise<Record<string, string>>} workbench installs and names server and browser
 * @property {boolean} quick a short run is wanted
 * @property {boolean} fast of `--fast`
 *
 * @typedef {object} Part
 * @property {string} name for `npm run bench -- NAME`
 * @property {string} title
 * @property {(context: Context) => Promise<{ rows: Row[], curves?: Curve[], text?: string }>} run `text`: what else the report says
 * @property {boolean} [built] it measures `dist/`, built for production
 * @property {boolean} [quick] it has a share in `npm run bench -- quick`
 */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { codeServerVersion } from '../codeServer.mjs';
import { modernNode } from '../node24.mjs';
import { root, toolsFolder } from '../places.mjs';
import { PlainError } from '../progress.mjs';
import { cleanEnv, mustRun, run } from '../run.mjs';

/** Runs a measurement, whose last line of output is JSON. */
export async function figures(script, extra = {}, args = []) {
  if (!existsSync(path.join(root, script))) throw new PlainError(`${script} is missing, so there is nothing to measure with.`);
  const node = await modernNode();
  const output = await mustRun(`Measuring by ${script}`, node, [path.join(root, script), ...args], {
    cwd: root,
    env: cleanEnv({ nodeBinary: node, extra }),
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

/** @returns {Row} @param {Omit<Row, 'what' | 'value' | 'unit'>} [more] */
export function row(what, value, unit, more = {}) {
  return { what, value, unit, ...more };
}

/** `goal` and `met` of a row whose value has an upper limit. */
export function under(value, limit, unit) {
  return { goal: `at most ${limit}${unit === '' ? '' : ` ${unit}`}`, met: value <= limit };
}

/** `goal` and `met` of a row whose value has a lower limit. */
export function over(value, limit, unit) {
  return { goal: `at least ${limit}${unit === '' ? '' : ` ${unit}`}`, met: value >= limit };
}

/** @param {readonly number[]} values @param {number} share 0.5 is the median */
export function at(values, share) {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

/** @param {readonly number[]} values @returns {Pick<Row, 'min' | 'max'>} nothing of a single one */
export function spread(values) {
  return values.length < 2 ? {} : { min: Math.min(...values), max: Math.max(...values) };
}

/** The machine and the versions of everything that has a share in the figures. */
export async function machine() {
  const json = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
  const library = path.join(root, 'node_modules/node-llama-cpp');
  const { output } = await run(await modernNode(), ['--version']);
  const workbench = path.join(toolsFolder, 'code-server/node_modules/code-server/lib/vscode/product.json');
  return {
    platform: `${process.platform}-${process.arch}`,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memoryGb: Math.round(os.totalmem() / 1e9),
    versions: {
      Lemma: json(path.join(root, 'package.json')).version,
      Node: output.trim().replace(/^v/, ''),
      'VS Code': existsSync(workbench) ? `${json(workbench).version} (code-server ${codeServerVersion})` : 'not installed',
      'node-llama-cpp': json(path.join(library, 'package.json')).version,
      'llama.cpp': json(path.join(library, 'llama/binariesGithubRelease.json')).release,
    },
  };
}
