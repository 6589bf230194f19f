/**
 * `npm run bench -- editor`: what Lemma costs in the editor, measured in a real extension host. Prints a Markdown report and
 * writes it to out/bench-editor.md, with the figures in out/bench-editor.json.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import { modernNode } from './node24.mjs';
import { outFolder, root } from './places.mjs';
import { cleanEnv, mustRun } from './run.mjs';

/** @param {{ env: Record<string, string>, machine: object }} options */
export async function editorBench({ env, machine }) {
  const { buildEditorBench } = await import('../../esbuild.js');
  await buildEditorBench();
  const results = path.join(outFolder, 'bench-editor-figures.json');
  mkdirSync(outFolder, { recursive: true });
  rmSync(results, { force: true });
  const node = await modernNode();
  const extra = { ...env, LEMMA_RESULTS: results, LEMMA_HOST_ENTRY: path.join(outFolder, 'editorBench/index.cjs') };
  await mustRun('Measuring in the extension host', node, [path.join(root, 'test/harness/runEditorTests.ts')], {
    cwd: root,
    env: cleanEnv({ nodeBinary: node, extra }),
  });
  const figures = JSON.parse(readFileSync(results, 'utf8'));
  const text = report(machine, figures, loadavg()[0]);
  writeFileSync(path.join(outFolder, 'bench-editor.json'), `${JSON.stringify({ machine, figures }, null, 2)}\n`);
  writeFileSync(path.join(outFolder, 'bench-editor.md'), text);
  console.log(`\n${text}`);
}

function report(on, figures, load) {
  const at = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
  const ms = (value) => `${value < 1 ? value.toFixed(3) : value.toFixed(1)} ms`;
  const spread = (values) => `median ${ms(at(values, 0.5))}, 99 of 100 under ${ms(at(values, 0.99))}, longest ${ms(Math.max(...values))}`;
  const goal = (value, limit, words) => `${words}${value < limit ? '' : ' (missed)'}`;
  const { codeActionMs, collectMs, engineMs } = figures;
  const rows = [
    [
      `Light bulb, ${figures.lines} lines with ${figures.problems} problems, ${codeActionMs.length} calls`,
      spread(codeActionMs),
      goal(at(codeActionMs, 0.99), 2, '99 of 100 under 2 ms'),
    ],
    [
      `From the command to the request, ${figures.contextParts} parts of context in all, ${collectMs.length} questions`,
      spread(collectMs),
      goal(at(collectMs, 0.5), 60, 'median under 60 ms'),
    ],
    ['From the request to the first text: the engine', spread(engineMs), ''],
    ['`activate()`', ms(figures.activateMs), ''],
  ];
  return `# Lemma in the editor, measured\n\n${on.date}, ${on.platform}, ${on.cores} × ${on.cpu}, tiny model on the processor. Load average ${load.toFixed(1)} at the end.\n\n| what | measured | goal |\n| --- | --- | --- |\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
}
