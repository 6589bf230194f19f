/** The bundles, the engine alone, and a production build in a real workbench. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../places.mjs';
import { at, row, spread, under } from './frame.mjs';

/** @type {import('./frame.mjs').Part} */
export const sizesPart = {
  name: 'sizes',
  title: 'What is loaded',
  built: true,
  quick: true,
  run: async () => {
    const { firstLoad } = await import('../../../esbuild.js');
    const outputs = (name) => JSON.parse(readFileSync(path.join(root, `dist/meta-${name}.json`), 'utf8')).outputs;
    /** `[at once, when needed]` in kB, of a bundle that is split. */
    const split = (name) => {
      const files = outputs(name);
      const first = firstLoad({ outputs: files });
      const sum = (atOnce) => Object.keys(files).reduce((total, file) => total + (first.has(file) === atOnce ? files[file].bytes : 0), 0);
      return [sum(true) / 1000, sum(false) / 1000];
    };
    const [host, hostLater] = split('host');
    const [webview, webviewLater] = split('webview');
    return {
      rows: [
        row('host, at activation', host, 'kB', under(host, 400, 'kB')),
        row('host, when needed (the first question, YAML, Typst)', hostLater, 'kB'),
        row('webview, first script', webview, 'kB', under(webview, 600, 'kB')),
        row('webview, when needed (KaTeX, languages)', webviewLater, 'kB'),
        row('webview, styles', outputs('styles')['dist/webview/main.css'].bytes / 1000, 'kB'),
        row('inference bundle', outputs('inference')['dist/inference.mjs'].bytes / 1000, 'kB'),
      ],
    };
  },
};

/** @type {import('./frame.mjs').Part} */
export const enginePart = {
  name: 'engine',
  title: 'The engine, with the tiny model on the processor',
  built: true,
  quick: true,
  run: async ({ figures }) => {
    const engine = await figures('test/bench/engine.ts');
    const bench =
      engine.benchTokensPerSecond === undefined
        ? [row('`llama-bench` of the same llama.cpp', undefined, '', { note: 'not measured: it needs Linux, git and g++' })]
        : [
            row('`llama-bench` of the same llama.cpp', engine.benchTokensPerSecond, 'tokens/s'),
            row('node-llama-cpp with its sampling beyond `llama-bench`', engine.bindingMsPerToken, 'ms a token'),
          ];
    return {
      rows: [
        row('Lemma’s own cost beyond node-llama-cpp', engine.ownMsPerToken, 'ms a token', {
          ...spread(engine.ownMsPerTokens),
          ...under(engine.ownMsPerToken, 0.1, 'ms a token'),
        }),
        row('through the inference process over node-llama-cpp alone', engine.ratioMedian, 'times', spread(engine.ratios)),
        row('through the inference process', engine.hostTokensPerSecond, 'tokens/s'),
        row('node-llama-cpp alone, same options', engine.aloneTokensPerSecond, 'tokens/s'),
        ...bench,
        row('from the request to the first text', engine.firstTextMs, 'ms', spread(engine.firstTextsMs)),
        row('from the start of the process to a model that is ready', engine.loadMs, 'ms'),
      ],
    };
  },
};

/** @type {import('./frame.mjs').Part} */
export const workbenchPart = {
  name: 'workbench',
  title: 'In a workbench',
  built: true,
  run: async ({ figures, workbench }) => {
    const { activationMs, tokens, hostTokensPerSecond, panelTokensPerSecond } = await figures('test/bench/workbench.ts', await workbench());
    const median = at(activationMs, 0.5);
    return {
      rows: [
        row('activation', median, 'ms', { ...spread(activationMs), ...under(median, 50, 'ms') }),
        row(`extension host, ${tokens} tokens, by the journal`, hostTokensPerSecond, 'tokens/s'),
        row('panel, same turn, as painted', panelTokensPerSecond, 'tokens/s'),
      ],
    };
  },
};
