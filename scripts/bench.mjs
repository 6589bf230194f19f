/**
 * `npm run bench` measures everything, in under 20 minutes on two cores; `npm run bench -- NAME [NAME …]` some parts
 * (scripts/lib/bench/parts.mjs); `npm run bench -- quick` what takes under three minutes; `npm run bench -- charts` draws the curves. `--fast` leaves most of the panel's
 * thirty thousand tokens to ten times the speed, as the run of everything does.
 *
 * Prints a Markdown report. What every part measured last is kept in out/bench.json and out/bench.md, of `quick` in
 * out/bench-quick.json and out/bench-quick.md. Goals are the project's own; a figure that misses one is marked and changes no
 * exit code, since times depend on the machine.
 */
import { loadavg } from 'node:os';
import { drawCharts } from './lib/bench/charts.mjs';
import { figures, machine } from './lib/bench/frame.mjs';
import { parts } from './lib/bench/parts.mjs';
import { keepEntry, keptEntries, report } from './lib/bench/report.mjs';
import { ensureDependencies } from './lib/install.mjs';
import { PlainError, runMain, step } from './lib/progress.mjs';

await runMain(async () => {
  const names = process.argv.slice(2).filter((argument) => argument !== '--fast');
  if (names.length === 1 && names[0] === 'charts') return drawCharts();
  const quick = names.length === 1 && names[0] === 'quick';
  const unknown = quick ? undefined : names.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined) {
    const known = parts.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`).join('\n');
    throw new PlainError(
      `There is no part named ${unknown}. Run «npm run bench» for all, or name some of:\n${known}\n  quick          a short run of some\n  charts         draws the curves that were measured`,
    );
  }
  const chosen = parts.filter((part) => (quick ? part.quick : names.length === 0 || names.includes(part.name)));
  await ensureDependencies();
  const context = {
    figures,
    quick,
    fast: names.length === 0 || process.argv.includes('--fast'),
    workbench: async () => (await import('./lib/suites.mjs')).workbenchEnv(),
  };
  if (chosen.some(({ built }) => built)) {
    const { build } = await import('../esbuild.js');
    await step('Building for production', () => build({ production: true, quiet: true }));
  }
  const kept = quick ? 'bench-quick' : 'bench';
  const failed = [];
  for (const { name, title, run } of chosen) {
    const begun = Date.now();
    const before = loadavg()[0];
    try {
      const { rows, curves = [], text } = await step(`Measuring: ${title}`, () => run(context));
      const command = quick ? 'npm run bench -- quick' : `npm run bench -- ${name}`;
      keepEntry(
        kept,
        parts.map((part) => part.name),
        {
          ...{ name, title, command, date: new Date(begun).toISOString(), machine: await machine() },
          ...{ load: [before, loadavg()[0]], ms: Date.now() - begun, ...(text ? { text } : {}) },
          ...{ rows: rows.map((row) => ({ ...row, command })), curves },
        },
      );
    } catch (error) {
      // The other parts' figures are worth having.
      if (!(error instanceof PlainError) || chosen.length === 1) throw error;
      failed.push(name);
      console.error(error.message);
    }
  }
  const measured = new Set(chosen.map(({ name }) => name));
  console.log(`\n${report(keptEntries(kept).filter(({ name }) => measured.has(name) && !failed.includes(name)))}`);
  if (failed.length > 0) throw new PlainError(`Not measured, for the reasons above: ${failed.join(', ')}.`);
});
