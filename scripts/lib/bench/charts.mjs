/** `npm run bench -- charts`: draws the curves of out/bench.json into docs/images. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../places.mjs';
import { PlainError, say } from '../progress.mjs';
import { chart } from './chart.mjs';
import { keptEntries } from './report.mjs';

/** @throws PlainError where no part with a curve was measured */
export function drawCharts() {
  const curves = keptEntries('bench').flatMap((entry) => entry.curves);
  if (curves.length === 0) throw new PlainError('There are no curves yet. Run «npm run bench -- scale conversations» first.');
  const folder = path.join(root, 'docs/images');
  mkdirSync(folder, { recursive: true });
  for (const curve of curves) {
    const file = path.join(folder, `bench-${curve.name}.svg`);
    writeFileSync(file, chart(curve));
    say(`Drawn: ${path.relative(root, file)}`);
  }
}
