/**
 * `npm run check:attacks -- --cases FILE`: renders every case of a file of hostile text (test/fixtures/attacks/ or
 * one like it) in the real panel in a real Chromium. Ends with `N passed, N failed`.
 */
import path from 'node:path';
import { findChromium } from './lib/chromium.mjs';
import { ensureDependencies } from './lib/install.mjs';
import { modernNode } from './lib/node24.mjs';
import { root } from './lib/places.mjs';
import { runMain } from './lib/progress.mjs';
import { cleanEnv, run } from './lib/run.mjs';

await runMain(async () => {
  await ensureDependencies();
  const nodeBinary = await modernNode();
  // Paths on the command line are relative to where the user is, so the folder stays.
  const { code } = await run(nodeBinary, [path.join(root, 'scripts/lib/attacks.ts'), ...process.argv.slice(2)], {
    cwd: process.cwd(),
    show: true,
    env: cleanEnv({ nodeBinary, extra: { LEMMA_CHROMIUM: await findChromium() } }),
  });
  process.exitCode = code ?? 1;
});
