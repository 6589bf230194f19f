/**
 * `npm run check:equations -- --cases FILE|FOLDER`: decides the equations of a file of cases (see test/fixtures/check) and
 * compares. A wrong verdict fails; none where one was expected is counted apart. Without a file: those of the tests.
 */
import path from 'node:path';
import { ensureDependencies } from './lib/install.mjs';
import { modernNode } from './lib/node24.mjs';
import { root } from './lib/places.mjs';
import { runMain } from './lib/progress.mjs';
import { cleanEnv, run } from './lib/run.mjs';

await runMain(async () => {
  await ensureDependencies();
  const nodeBinary = await modernNode();
  // Paths on the command line are relative to where the user is, so the folder stays.
  const { code } = await run(nodeBinary, [path.join(root, 'scripts/lib/equations.ts'), ...process.argv.slice(2)], {
    cwd: process.env.INIT_CWD ?? process.cwd(),
    show: true,
    env: cleanEnv({ nodeBinary }),
  });
  process.exitCode = code ?? 1;
});
