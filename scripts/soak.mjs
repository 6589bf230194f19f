/**
 * `npm run soak -- --minutes 60`: uses one window, whose heap stays within a tenth of its first plateau.
 * `npm run soak -- --kills 500 --seed N`: kills the engine or the window again and again at random moments of real work on
 * the tiny model. Afterwards every conversation opens, nothing that was written is missing, no process is left, and the
 * window holds no more than before. Ends with `N passed, N failed`; a seed repeats its run.
 */
import path from 'node:path';
import { ensureDependencies } from './lib/install.mjs';
import { modernNode } from './lib/node24.mjs';
import { root } from './lib/places.mjs';
import { runMain, step } from './lib/progress.mjs';
import { cleanEnv, run } from './lib/run.mjs';

await runMain(async () => {
  await ensureDependencies();
  const nodeBinary = await modernNode();
  const { build } = await import('../esbuild.js');
  await step('Building', () => build({ quiet: true }));
  const { code } = await run(nodeBinary, [path.join(root, 'scripts/lib/soak.ts'), ...process.argv.slice(2)], {
    cwd: root,
    show: true,
    env: cleanEnv({ nodeBinary }),
  });
  process.exitCode = code ?? 1;
});
