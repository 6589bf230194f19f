/** The panel as it ships, built apart from `dist/` for the browser tests and the benchmark. */
import path from 'node:path';
import * as esbuild from 'esbuild';
import { bundles } from '../../esbuild.js';
import { outFolder } from './places.mjs';

export const panelBundle = path.join(outFolder, 'browser');

export async function buildPanel() {
  const { webview, styles } = bundles(true);
  for (const options of [webview, styles]) await esbuild.build({ ...options, outdir: panelBundle });
}
