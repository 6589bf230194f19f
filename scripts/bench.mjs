/**
 * `npm run bench -- panel [--fast]` measures the panel alone (scripts/lib/panelBench.mjs), `npm run bench -- models` getting
 * and loading models (scripts/lib/modelsBench.mjs), `npm run bench -- editor` what Lemma costs in the editor, `-- check` the check of
 * equations, `-- prefetch` the selection that is read before the key.
 *
 * `npm run bench`: measures a production build in a real workbench and the engine alone, prints a Markdown report and
 * writes it to out/bench.md, with the numbers in out/bench.json. Goals are the project's own; a number over its goal is
 * marked, and changes no exit code, since times depend on the machine.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkBench } from './lib/checkBench.mjs';
import { editorBench } from './lib/editorBench.mjs';
import { ensureDependencies } from './lib/install.mjs';
import { modernNode } from './lib/node24.mjs';
import { modelsBench } from './lib/modelsBench.mjs';
import { panelBench } from './lib/panelBench.mjs';
import { outFolder, root } from './lib/places.mjs';
import { PlainError, runMain, step } from './lib/progress.mjs';
import { cleanEnv, mustRun } from './lib/run.mjs';

await runMain(async () => {
  const [only, ...options] = process.argv.slice(2);
  const known = only === undefined || ['panel', 'models', 'editor', 'check', 'samples', 'conversations', 'prefetch'].includes(only);
  if (!known || options.some((option) => only !== 'panel' || option !== '--fast'))
    throw new PlainError(
      'npm run bench measures engine and workbench, npm run bench -- panel [--fast] the panel, -- models the models, -- editor the editor, -- check the check of equations, -- samples several answers at once, -- conversations opening with thousands of them, -- prefetch what is read before the key.',
    );
  await ensureDependencies();
  if (only === 'check') return checkBench({ figures, machine: machine() });
  if (only === 'conversations') {
    const rows = await step('Measuring with 10, 1,000 and 10,000 conversations', () => figures('test/bench/conversations.ts', {}));
    for (const { conversations, openMs, listMs, firstListMs, searchMs } of rows)
      console.log(
        `${conversations} conversations: opened in ${openMs} ms, listed in ${listMs} ms (${firstListMs} ms without an index), first search ${searchMs} ms`,
      );
    return;
  }
  if (only === 'panel') return panelBench({ fast: options.includes('--fast'), figures, machine: machine() });
  const { build, firstLoad } = await import('../esbuild.js');
  if (only === 'models') {
    await step('Building for production', () => build({ production: true, quiet: true }));
    return modelsBench({ figures, machine: machine() });
  }
  if (only === 'prefetch') {
    await step('Building for production', () => build({ production: true, quiet: true }));
    const { first, session } = await step('Measuring what is read before the key', () => figures('test/bench/prefetch.ts', {}));
    console.log(
      `From the key to the first text, ${first.promptTokens} tokens: ${first.hitMs} ms after a hit, ${first.coldMs} ms without (${first.ratio} times); goal ${first.goalMs} ms${first.met ? '' : ' (missed)'}`,
    );
    console.log(
      `${session.selections} selections, ${session.asked} asked: ${session.readTokens} tokens read in advance, ${session.usedTokens} of use, ${session.wastedTokens} for nothing`,
    );
    return;
  }
  if (only === 'samples') {
    await step('Building for production', () => build({ production: true, quiet: true }));
    const rows = await step('Measuring several answers at once', () => figures('test/bench/samples.ts', {}));
    for (const { samples, ms, ratio, tokensPerSecond } of rows)
      console.log(`${samples} at once: ${ms} ms, ${ratio} times the time of one, ${tokensPerSecond} tokens/s together`);
    return;
  }
  if (only === 'editor') {
    await step('Building for production', () => build({ production: true, quiet: true }));
    const { workbenchEnv } = await import('./lib/suites.mjs');
    return editorBench({ env: await workbenchEnv(), machine: machine() });
  }
  await step('Building for production', () => build({ production: true, quiet: true }));
  const bundle = sizes(firstLoad);
  const { workbenchEnv } = await import('./lib/suites.mjs');
  const env = await workbenchEnv();
  const engine = await step('Measuring the engine', () => figures('test/bench/engine.ts', {}));
  const workbench = await step('Measuring the workbench', () => figures('test/bench/workbench.ts', env));

  mkdirSync(outFolder, { recursive: true });
  const all = { machine: machine(), bundle, engine, workbench };
  writeFileSync(path.join(outFolder, 'bench.json'), `${JSON.stringify(all, null, 2)}\n`);
  const text = report(all);
  writeFileSync(path.join(outFolder, 'bench.md'), text);
  console.log(`\n${text}`);
});

/** Runs a measurement, whose last line of output is JSON. */
async function figures(script, extra, args = []) {
  if (!existsSync(path.join(root, script))) throw new PlainError(`${script} is missing, so there is nothing to measure with.`);
  const node = await modernNode();
  const output = await mustRun(`Measuring by ${script}`, node, [path.join(root, script), ...args], {
    cwd: root,
    env: cleanEnv({ nodeBinary: node, extra }),
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

/** Bytes of the bundles; of the host and the panel's script what is loaded at once, and what comes when it is needed. */
function sizes(firstLoad) {
  const metafile = (name) => JSON.parse(readFileSync(path.join(root, `dist/meta-${name}.json`), 'utf8'));
  const bytes = (name, file) => metafile(name).outputs[file].bytes;
  /** `[at once, when needed]` of a bundle that is split. */
  const split = (name) => {
    const { outputs } = metafile(name);
    const first = firstLoad({ outputs });
    const sum = (atOnce) => Object.keys(outputs).reduce((total, file) => total + (first.has(file) === atOnce ? outputs[file].bytes : 0), 0);
    return [sum(true), sum(false)];
  };
  const [hostBytes, hostLaterBytes] = split('host');
  const [webviewFirstBytes, webviewLaterBytes] = split('webview');
  return {
    hostBytes,
    hostLaterBytes,
    inferenceBytes: bytes('inference', 'dist/inference.mjs'),
    webviewFirstBytes,
    webviewLaterBytes,
    stylesBytes: bytes('styles', 'dist/webview/main.css'),
  };
}

function machine() {
  return {
    platform: `${process.platform}-${process.arch}`,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    date: new Date().toISOString().slice(0, 10),
  };
}

function report({ machine: on, bundle, engine, workbench }) {
  const median = [...workbench.activationMs].sort((a, b) => a - b)[Math.floor(workbench.activationMs.length / 2)];
  const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const ratio = (value) => value.toFixed(2);
  const perSecond = (value) => `${value.toFixed(0)} tokens/s`;
  const goal = (value, limit, words) => `${words}${value < limit ? '' : ' (missed)'}`;
  const rows = [
    [
      'Activation, median of ' + workbench.activationMs.length,
      `${median} ms (${workbench.activationMs.join(', ')})`,
      goal(median, 50, 'under 50 ms'),
    ],
    ['Host, at activation', kB(bundle.hostBytes), goal(bundle.hostBytes, 400_000, 'under 400 kB')],
    ['Host, when needed (the first question, YAML, Typst)', kB(bundle.hostLaterBytes), ''],
    ['Webview, first script', kB(bundle.webviewFirstBytes), goal(bundle.webviewFirstBytes, 600_000, 'under 600 kB')],
    ['Webview, when needed (KaTeX, languages)', kB(bundle.webviewLaterBytes), ''],
    ['Webview, styles', kB(bundle.stylesBytes), ''],
    ['Inference bundle', kB(bundle.inferenceBytes), ''],
    ['node-llama-cpp alone, same options', perSecond(engine.aloneTokensPerSecond), ''],
    ['Through the inference process', perSecond(engine.hostTokensPerSecond), ''],
    ['Ratio of the two, pair by pair', `${ratio(engine.ratioMedian)} (${ratio(engine.ratioMin)} to ${ratio(engine.ratioMax)})`, ''],
    [
      'Lemma’s own cost beyond node-llama-cpp',
      `${engine.ownMsPerToken.toFixed(3)} ms a token`,
      goal(engine.ownMsPerToken, 0.1, 'at most 0.1 ms'),
    ],
    [
      'llama-bench of the same llama.cpp',
      engine.benchTokensPerSecond === undefined ? 'not measured: it needs Linux, git and g++' : perSecond(engine.benchTokensPerSecond),
      '',
    ],
    ...(engine.bindingMsPerToken === undefined
      ? []
      : [['node-llama-cpp with its sampling beyond llama-bench', `${(engine.bindingMsPerToken * 1000).toFixed(0)} µs a token`, '']]),
    ['Request to first text', `${engine.firstTextMs.toFixed(1)} ms`, ''],
    ['Start of the process to a ready model', `${engine.loadMs.toFixed(0)} ms`, ''],
    [`In a workbench: extension host, ${workbench.tokens} tokens, by the journal`, perSecond(workbench.hostTokensPerSecond), ''],
    ['In a workbench: panel, same turn, as painted', perSecond(workbench.panelTokensPerSecond), ''],
  ];
  const table = rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
  return `# Lemma, measured\n\n${on.date}, ${on.platform}, ${on.cores} × ${on.cpu}, tiny model on the processor.\n\n| what | measured | goal |\n| --- | --- | --- |\n${table}\n`;
}
