/**
 * `npm run bench -- check`: how much of the cases in test/fixtures/check the check of equations decides, and rightly. Prints a
 * Markdown report and writes it to out/bench-check.md, with the figures in out/bench-check.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { outFolder } from './places.mjs';
import { step } from './progress.mjs';

/** @param {{ figures: (script: string, env: object) => Promise<any>, machine: object }} options */
export async function checkBench({ figures, machine }) {
  const found = await step('Deciding equations', () => figures('test/bench/check.ts', {}));
  mkdirSync(outFolder, { recursive: true });
  writeFileSync(path.join(outFolder, 'bench-check.json'), `${JSON.stringify({ machine, ...found }, null, 2)}\n`);
  const text = checkReport(machine, found);
  writeFileSync(path.join(outFolder, 'bench-check.md'), text);
  console.log(`\n${text}`);
}

function checkReport(on, { fields, medianMs, p99Ms, worstMs, worst }) {
  const percent = (part) => `${(part * 100).toFixed(1)} %`;
  const rows = fields.map((one) => `| ${one.field} | ${one.cases} | ${one.wrong} | ${percent(one.caught)} | ${percent(one.decided)} |`);
  const all = fields.at(-1);
  const goal = (met) => (met ? '' : ' (missed)');
  return [
    '# The check of equations, measured',
    `${on.date}, ${on.platform}, ${on.cores} × ${on.cpu}.`,
    ['| field | cases | wrong | false ones caught | decided |', '| --- | --- | --- | --- | --- |', ...rows].join('\n'),
    [
      '| what | measured | goal |',
      '| --- | --- | --- |',
      `| true ones marked false | ${all.trueMarkedFalse} | 0${goal(all.trueMarkedFalse === 0)} |`,
      `| false ones caught | ${percent(all.caught)} | 97 %${goal(all.caught >= 0.97)} |`,
      `| decided at all | ${percent(all.decided)} | 85 %${goal(all.decided >= 0.85)} |`,
      `| a formula, median | ${medianMs.toFixed(2)} ms | 20 ms${goal(medianMs <= 20)} |`,
      `| a formula, 99 of 100 within | ${p99Ms.toFixed(1)} ms | |`,
      `| a formula, at worst | ${worstMs.toFixed(0)} ms: \`${worst.replaceAll('|', '\\|')}\` | 1000 ms${goal(worstMs <= 1000)} |`,
    ].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}
