/**
 * `npm run fuzz -- --copies 2000 --seed N`: loads damaged copies of the tiny model in the real engine. Each has to load or
 * end in a clear error; one that ends the engine is told with its seed, and `--copies 1 --seed N` repeats it. Ends with
 * `N passed, N failed`.
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
  const { code } = await run(nodeBinary, [path.join(root, 'scripts/lib/fuzz.ts'), ...process.argv.slice(2)], {
    cwd: root,
    show: true,
    env: cleanEnv({ nodeBinary }),
  });
  process.exitCode = code ?? 1;
});
