/**
 * Builds the bundles of Lemma, and the bundle of its editor tests.
 *
 *   node esbuild.js [--production] [--watch] [--quiet]
 *
 * | bundle    | file                  | why so                                                             |
 * |-----------|-----------------------|--------------------------------------------------------------------|
 * | host      | dist/extension.cjs    | the extension host loads CommonJS; `vscode` is given by it. What    |
 * |           | dist/*-….cjs          | activation does not need is in chunks (scripts/lib/commonJsChunks)  |
 * | hash      | dist/hashWorker.cjs   | a thread of the host that checks downloads; threads load files      |
 * | check     | dist/checkWorker.cjs  | a thread of the host that decides formulas; a slow one is ended     |
 * | unpack    | dist/unpackWorker.mjs | a thread of the host that unpacks CUDA support                      |
 * | inference | dist/inference.mjs    | node-llama-cpp is ESM with native addons, so it stays outside       |
 * | webview   | dist/webview/main.js  | ES modules, split: KaTeX and highlight.js come when they are needed |
 * | styles    | dist/webview/main.css | all of webview/styles/ and KaTeX's, with its fonts as files         |
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { commonJsChunks } from './scripts/lib/commonJsChunks.mjs';
import { cudaPacks } from './scripts/lib/cudaPacks.mjs';
import { licencesOf } from './scripts/lib/licences.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));

/** KaTeX offers each font three times; every Chromium that VS Code ever shipped reads woff2, so the others stay out. */
const woff2Only = {
  name: 'woff2-only',
  setup(build) {
    build.onLoad({ filter: /katex[\\/]dist[\\/]katex[^\\/]*\.css$/ }, (args) => ({
      contents: readFileSync(args.path, 'utf8').replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\([^)]*\)/g, ''),
      loader: 'css',
    }));
  },
};

/** One entry that imports every style sheet of the panel in the order of their names, KaTeX's first. */
const allStyles = {
  name: 'all-styles',
  setup(build) {
    const folder = path.join(root, 'webview/styles');
    build.onResolve({ filter: /^lemma-styles$/ }, () => ({ path: 'lemma-styles', namespace: 'lemma-styles' }));
    build.onLoad({ filter: /.*/, namespace: 'lemma-styles' }, () => {
      const own = existsSync(folder) ? filesUnder(folder, '.css') : [];
      return {
        contents: ['katex/dist/katex.min.css', ...own].map((file) => `@import ${JSON.stringify(file)};`).join('\n'),
        loader: 'css',
        resolveDir: root,
        watchDirs: existsSync(folder) ? [folder] : [],
      };
    });
  },
};

/**
 * The options of all bundles, by name.
 * @param {boolean} production minified and without source maps
 * @returns {Record<string, import('esbuild').BuildOptions>}
 */
export function bundles(production) {
  const common = {
    absWorkingDir: root,
    bundle: true,
    metafile: true,
    logLevel: 'warning',
    legalComments: 'none',
    minify: production,
    sourcemap: !production,
    define: { 'process.env.NODE_ENV': JSON.stringify(production ? 'production' : 'development') },
  };
  // The browser has no `process`; only libraries ask for it, and only by this one name.
  return {
    host: {
      ...common,
      entryPoints: { extension: 'src/extension.ts' },
      outdir: 'dist',
      outExtension: { '.js': '.cjs' },
      chunkNames: '[name]-[hash]',
      format: 'esm',
      splitting: true,
      write: false,
      sourcemap: production ? false : 'inline',
      platform: 'node',
      target: 'node22',
      external: ['vscode'],
      mainFields: ['module', 'main'],
      plugins: [commonJsChunks],
      define: { ...common.define, LEMMA_CUDA_PACKS: JSON.stringify(cudaPacks()) },
    },
    hash: {
      ...common,
      entryPoints: ['src/host/download/hashWorker.ts'],
      outfile: 'dist/hashWorker.cjs',
      format: 'cjs',
      platform: 'node',
      target: 'node22',
    },
    check: {
      ...common,
      entryPoints: ['src/check/worker.ts'],
      outfile: 'dist/checkWorker.cjs',
      format: 'cjs',
      platform: 'node',
      target: 'node22',
    },
    unpack: {
      ...common,
      entryPoints: ['src/host/cuda/unpackWorker.ts'],
      outfile: 'dist/unpackWorker.mjs',
      format: 'esm',
      platform: 'node',
      target: 'node22',
    },
    inference: {
      ...common,
      entryPoints: ['src/inference/main.ts'],
      outfile: 'dist/inference.mjs',
      format: 'esm',
      platform: 'node',
      target: 'node22',
      external: ['node-llama-cpp'],
      // vscode-jsonrpc is CommonJS and calls require() for node's own modules, which an ES module does not have.
      banner: { js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" },
    },
    webview: {
      ...common,
      entryPoints: { main: 'webview/main.ts' },
      outdir: 'dist/webview',
      format: 'esm',
      splitting: true,
      platform: 'browser',
      target: 'chrome128',
      chunkNames: '[name]-[hash]',
      loader: { '.svg': 'text' },
    },
    styles: {
      ...common,
      entryPoints: { main: 'lemma-styles' },
      outdir: 'dist/webview',
      platform: 'browser',
      target: 'chrome128',
      assetNames: 'fonts/[name]',
      loader: { '.woff2': 'file' },
      plugins: [allStyles, woff2Only],
    },
  };
}

/**
 * Builds all bundles once.
 * @param {{ production?: boolean, quiet?: boolean }} [options] `quiet` prints no sizes
 * @throws with esbuild's messages when a source does not compile
 */
export async function build({ production = false, quiet = false } = {}) {
  const outputs = new Set();
  const inputs = new Set();
  for (const [name, options] of Object.entries(bundles(production))) {
    const { metafile } = await esbuild.build(options);
    reportBundle(name, metafile, quiet);
    for (const file of Object.keys(metafile.outputs)) outputs.add(path.join(root, file));
    for (const file of Object.keys(metafile.inputs)) inputs.add(file);
  }
  if (production) {
    const licences = path.join(root, 'dist/THIRD_PARTY_NOTICES.txt');
    writeFileSync(licences, licencesOf(inputs));
    outputs.add(licences);
  }
  // Chunks carry their hash in the name: those of earlier builds would pile up and be packaged.
  for (const file of filesUnder(path.join(root, 'dist'), '')) {
    if (!outputs.has(file) && !/^meta-\w+\.json$/.test(path.basename(file))) rmSync(file);
  }
}

/** Of what runs inside the extension host and is no part of the extension. */
const hostSideTests = {
  absWorkingDir: root,
  bundle: true,
  logLevel: 'warning',
  format: 'cjs',
  platform: 'node',
  target: 'node22',
  sourcemap: 'inline',
  external: ['vscode', 'mocha', 'node-llama-cpp', 'esbuild'],
  mainFields: ['module', 'main'],
};

/** Bundles the measurements that run inside the extension host, as the editor tests do. */
export async function buildEditorBench() {
  await esbuild.build({ ...hostSideTests, entryPoints: ['test/bench/editorHost.ts'], outfile: 'out/editorBench/index.cjs' });
}

/**
 * Bundles the tests that run inside the extension host: `out/editor/index.cjs` exports `run()`, which runs
 * the mocha tests of `out/editor/tests.cjs`. The same two files serve code-server and desktop VS Code.
 */
export async function buildEditorTests() {
  const tests = existsSync(path.join(root, 'test/editor')) ? filesUnder(path.join(root, 'test/editor'), '.test.ts') : [];
  const common = hostSideTests;
  await esbuild.build({ ...common, entryPoints: ['test/harness/editorRunner.ts'], outfile: 'out/editor/index.cjs' });
  await esbuild.build({
    ...common,
    stdin: {
      contents: tests.map((file) => `import ${JSON.stringify(file)};`).join('\n'),
      resolveDir: root,
      sourcefile: 'allEditorTests.ts',
    },
    outfile: 'out/editor/tests.cjs',
  });
}

async function watch() {
  for (const [name, options] of Object.entries(bundles(false))) {
    const report = {
      name: 'report',
      setup: (build) =>
        build.onEnd(({ metafile, errors }) => {
          if (metafile && errors.length === 0) reportBundle(name, metafile, false);
        }),
    };
    const context = await esbuild.context({ ...options, logLevel: 'info', plugins: [...(options.plugins ?? []), report] });
    await context.watch();
  }
}

function reportBundle(name, metafile, quiet) {
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  writeFileSync(path.join(root, `dist/meta-${name}.json`), JSON.stringify(metafile));
  if (quiet) return;
  const first = firstLoad(metafile);
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    if (/\.(map|woff2)$/.test(file)) continue;
    console.log(`  ${(bytes / 1000).toFixed(1).padStart(8)} kB  ${file}${first.has(file) ? '' : '  (when needed)'}`);
  }
}

/**
 * The outputs that are loaded at once: the entry and what it imports statically.
 * @param {import('esbuild').Metafile} metafile
 * @returns {Set<string>} names as in `metafile.outputs`
 */
export function firstLoad({ outputs }) {
  const first = new Set();
  const add = (file) => {
    if (first.has(file) || !outputs[file]) return;
    first.add(file);
    for (const { path: imported, kind } of outputs[file].imports) if (kind === 'import-statement') add(imported);
  };
  for (const file of Object.keys(outputs)) if (/\/(main|extension|inference)\.([cm]?js|css)$/.test(file)) add(file);
  return first;
}

function filesUnder(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .map((name) => path.join(folder, name))
    .filter((file) => file.endsWith(ending) && statSync(file).isFile())
    .sort();
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--watch')) {
    await watch();
  } else {
    await build({ production: process.argv.includes('--production'), quiet: process.argv.includes('--quiet') }).catch((error) => {
      // What does not compile has been printed by esbuild already.
      if (!error.errors) throw error;
      process.exitCode = 1;
    });
  }
}
