/**
 * CommonJS with chunks, for the extension host.
 *
 * esbuild splits only ES modules, while VS Code answers `require('vscode')` at once and `import` of it only by hooks of Node's
 * loader, and tests load the extension by `require`. So the host is split as ES modules, and each file of the result is turned
 * into CommonJS by itself: a static import becomes a `require` at its head, and `import()` a `require` when it is reached.
 * What two chunks share is in a third, so no module exists twice, nor its state and classes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transform } from 'esbuild';

/** For a build with `format: 'esm'`, `splitting: true`, `write: false` and `metafile: true`; corrects the sizes in its metafile. */
export const commonJsChunks = {
  name: 'common-js-chunks',
  setup(build) {
    const { absWorkingDir, minify, sourcemap, target } = build.initialOptions;
    build.onEnd(async ({ errors, outputFiles, metafile }) => {
      if (errors.length > 0) return;
      await Promise.all(
        outputFiles.map(async (file) => {
          const name = path.relative(absWorkingDir, file.path).replaceAll('\\', '/');
          const { code } = await transform(file.text, {
            format: 'cjs',
            platform: 'node',
            target,
            minify,
            // The map of the first step is inline and is followed by the second one.
            sourcemap,
            sourcefile: path.basename(file.path),
            legalComments: 'none',
            // Without this `import()` stays, by which Node would load the file past VS Code's own `require`.
            supported: { 'dynamic-import': false },
          });
          mkdirSync(path.dirname(file.path), { recursive: true });
          writeFileSync(file.path, code);
          metafile.outputs[name].bytes = Buffer.byteLength(code);
        }),
      );
    });
  },
};
