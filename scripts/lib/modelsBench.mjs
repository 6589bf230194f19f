/**
 * `npm run bench -- models`: getting a model and loading it, as ratios where time depends on the machine. Prints a Markdown
 * report and writes it to out/bench-models.md, with the rows in out/bench-models.json. A figure that misses its goal is
 * marked and changes no exit code.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import { outFolder } from './places.mjs';
import { step } from './progress.mjs';

/** @param {{ figures: (script: string, env: object) => Promise<any>, machine: object }} options */
export async function modelsBench({ figures, machine }) {
  const rows = await step('Measuring models', () => figures('test/bench/models.ts', {}));
  const load = loadavg()[0];
  mkdirSync(outFolder, { recursive: true });
  writeFileSync(path.join(outFolder, 'bench-models.json'), `${JSON.stringify({ machine, rows }, null, 2)}\n`);
  const text = modelsReport({ machine, rows, load });
  writeFileSync(path.join(outFolder, 'bench-models.md'), text);
  console.log(`\n${text}`);
}

function modelsReport({ machine: on, rows, load }) {
  const table = rows.map(({ what, measured, goal, met }) => `| ${what} | ${measured} | ${goal}${met === false ? ' (missed)' : ''} |`);
  return [
    '# Models, measured',
    `${on.date}, ${on.platform}, ${on.cores} × ${on.cpu}. Load average ${load.toFixed(1)} at the end.`,
    ['| what | measured | goal |', '| --- | --- | --- |', ...table].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}
