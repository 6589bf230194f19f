/**
 * `npm run check:fidelity -- --reference FILE --model FILE`: compares the product's inference process with a
 * reference file, token for token. Without options: the tiny model of the tests. Ends with `N passed, N failed`.
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
  // Paths on the command line are relative to where the user is, so the folder stays.
  const { code } = await run(nodeBinary, [path.join(root, 'scripts/lib/fidelity.ts'), ...process.argv.slice(2)], {
    cwd: process.cwd(),
    show: true,
    env: cleanEnv({ nodeBinary }),
  });
  process.exitCode = code ?? 1;
});
