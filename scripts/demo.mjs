/**
 * `npm run demo`: the main job without hands. Opens a real VS Code workbench in Chromium, selects the sample problem
 * and has it solved, then a function and has it explained; prints what the model writes as it arrives, and writes
 * screenshots to docs/images/.
 */
import path from 'node:path';
import { ensureDependencies } from './lib/install.mjs';
import { modernNode } from './lib/node24.mjs';
import { root } from './lib/places.mjs';
import { PlainError, runMain, step } from './lib/progress.mjs';
import { cleanEnv, run } from './lib/run.mjs';

await runMain(async () => {
  await ensureDependencies();
  const { build } = await import('../esbuild.js');
  await step('Building Lemma', () => build({ quiet: true }));
  const { workbenchEnv } = await import('./lib/suites.mjs');
  const node = await modernNode();
  const env = cleanEnv({ nodeBinary: node, extra: await workbenchEnv() });
  const { code } = await run(node, [path.join(root, 'test/harness/demo.ts'), ...process.argv.slice(2)], { cwd: root, show: true, env });
  if (code !== 0) throw new PlainError(`The demo ended with code ${code}. What it saw last is in out/shots/demo-end.png.`);
});
