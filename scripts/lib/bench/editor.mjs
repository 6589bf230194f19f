/** What Lemma costs in the editor, measured in a real extension host. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { modernNode } from '../node24.mjs';
import { outFolder, root } from '../places.mjs';
import { cleanEnv, mustRun } from '../run.mjs';
import { at, row, under } from './frame.mjs';

/** @type {import('./frame.mjs').Part} */
export const editorPart = {
  name: 'editor',
  title: 'The editor',
  built: true,
  run: async ({ workbench }) => {
    const { codeActionMs, collectMs, engineMs, ...one } = await inExtensionHost(await workbench());
    const spread = (values) => ({
      note: `99 of 100 under ${at(values, 0.99).toFixed(3)} ms, longest ${Math.max(...values).toFixed(3)} ms`,
    });
    const calls = `${one.lines} lines with ${one.problems} problems, ${codeActionMs.length} calls`;
    const [rarely, usual] = [at(codeActionMs, 0.99), at(collectMs, 0.5)];
    return {
      rows: [
        row(`light bulb, ${calls}: 99 of 100 under`, rarely, 'ms', { ...under(rarely, 2, 'ms'), ...spread(codeActionMs) }),
        row(`from the command to the request, ${one.contextParts} parts of context in all, ${collectMs.length} questions`, usual, 'ms', {
          ...under(usual, 60, 'ms'),
          ...spread(collectMs),
        }),
        row('from the request to the first text: the engine', at(engineMs, 0.5), 'ms', spread(engineMs)),
        row('`activate()`', one.activateMs, 'ms'),
      ],
    };
  },
};

async function inExtensionHost(env) {
  const { buildEditorBench } = await import('../../../esbuild.js');
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
  return JSON.parse(readFileSync(results, 'utf8'));
}
