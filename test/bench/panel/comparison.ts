/** The same stream through Lemma's pipeline and through two that parse all of the text at each flush. */
import path from 'node:path';
import * as esbuild from 'esbuild';
import { bundles } from '../../../esbuild.js';
import { launchBrowser } from '../../harness/browser.ts';
import { repositoryRoot } from '../../harness/settings.ts';
import { Meter } from './meter.ts';
import type { Flushing } from './pipelines.ts';
import { mathThought } from './thoughts.ts';

/** One flush in 50 ms at 200 tokens a second. */
const tokensPerFlush = 10;

export interface Compared {
  readonly pipeline: 'lemma' | 'marked' | 'unified';
  /** How many of all flushes were measured, spread evenly; all of Lemma's, since each needs the one before. */
  readonly measured: number;
  readonly flushes: number;
  /** Mean of one flush, in milliseconds of processor time of the main thread: script, and all with style, layout and paint. */
  readonly scriptMs: number;
  readonly taskMs: number;
  readonly longestTaskMs: number;
  readonly formulas: number;
}

/** @param samples flushes that are measured of the pipelines that parse all of the text */
export async function comparison(samples: number): Promise<readonly Compared[]> {
  const bundled = await esbuild.build({
    entryPoints: [path.join(repositoryRoot, 'test/bench/panel/pipelines.ts')],
    ...{ bundle: true, write: false, minify: true, format: 'iife', globalName: 'pipelines', platform: 'browser', target: 'chrome128' },
    ...{ define: { 'process.env.NODE_ENV': '"production"' }, loader: { '.svg': 'text' }, logLevel: 'error' },
  });
  const outdir = path.join(repositoryRoot, 'out/browser');
  await esbuild.build({ ...bundles(true).styles, outdir });
  const { text, tokens } = mathThought();
  const flushes = Math.round(tokens / tokensPerFlush);
  const lengthAt = (flush: number): number => Math.round((flush / flushes) * text.length);
  const every = Array.from({ length: flushes }, (_, index) => lengthAt(index + 1));
  const some = Array.from({ length: samples }, (_, index) => lengthAt(((index + 0.5) / samples) * flushes));
  const browser = await launchBrowser({ width: 480, height: 800 });
  try {
    const meter = await Meter.of(browser.page);
    const results: Compared[] = [];
    for (const pipeline of ['lemma', 'marked', 'unified'] as const) {
      // Standards mode, without which KaTeX draws nothing, and the panel's own style sheet for all.
      await browser.page.goto('about:blank');
      await browser.page.setContent('<!doctype html><title>Comparison</title><body class="lemma"></body>');
      await browser.page.addStyleTag({ path: path.join(outdir, 'main.css') });
      await browser.page.addScriptTag({ content: bundled.outputFiles[0]?.text ?? '' });
      const lengths = pipeline === 'lemma' ? every : some;
      const run = (given: Flushing): Promise<number> =>
        browser.page.evaluate(
          (flushing) => (window as unknown as { pipelines: { flush(all: Flushing): Promise<number> } }).pipelines.flush(flushing),
          given,
        );
      // The libraries are loaded and compiled before.
      await run({ pipeline, text, lengths: every.slice(0, 40) });
      const { result: formulas, work } = await meter.during(() => run({ pipeline, text, lengths }));
      const each = (ms: number): number => ms / lengths.length;
      results.push({
        ...{ pipeline, flushes, formulas, measured: lengths.length, longestTaskMs: work.longestTaskMs },
        ...{ scriptMs: each(work.scriptMs), taskMs: each(work.taskMs) },
      });
    }
    return results;
  } finally {
    await browser.close();
  }
}
