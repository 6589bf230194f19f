/** Renders media/icon.png from media/icon.svg: `node scripts/icon.mjs`. The marketplace takes no SVG. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from './lib/chromium.mjs';
import { root } from './lib/places.mjs';
import { runMain } from './lib/progress.mjs';

await runMain(async () => {
  const svg = readFileSync(path.join(root, 'media/icon.svg'), 'utf8');
  const browser = await chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
  await page.screenshot({ path: path.join(root, 'media/icon.png'), omitBackground: true });
  await browser.close();
});
