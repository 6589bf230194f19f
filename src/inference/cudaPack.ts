/**
 * CUDA support is no part of the extension, but fetched on request into a folder of its own. node-llama-cpp finds it by
 * `import('@node-llama-cpp/linux-x64-cuda')` beside itself alone, so such imports are led to that folder.
 */
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Names the folder whose `node_modules` hold the packs; set by the extension host. */
export const cudaPackVariable = 'LEMMA_CUDA_PACK';

const packName = /^@node-llama-cpp\/[\w-]+$/;

let registered = false;

/**
 * From now on imports of packs that are in the folder find them there. Once is enough. Does nothing without a folder.
 * @param thread uses the hooks that run in a thread of their own, the only ones that Node 20 has
 */
export function useCudaPack(folder = process.env[cudaPackVariable], thread = !('registerHooks' in nodeModule)): void {
  if (registered || !folder) return;
  registered = true;
  const parentURL = pathToFileURL(path.join(folder, 'import.js')).href;
  const isThere = (specifier: string): boolean =>
    packName.test(specifier) && existsSync(path.join(folder, 'node_modules', specifier, 'package.json'));
  if (thread) return nodeModule.register(threadHook(folder, parentURL));
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => next(specifier, isThere(specifier) ? { ...context, parentURL } : context),
  });
}

function threadHook(folder: string, parentURL: string): URL {
  const source = `
    import { existsSync } from 'node:fs';
    import path from 'node:path';
    export async function resolve(specifier, context, next) {
      const isThere = ${packName}.test(specifier) && existsSync(path.join(${JSON.stringify(folder)}, 'node_modules', specifier, 'package.json'));
      return next(specifier, isThere ? { ...context, parentURL: ${JSON.stringify(parentURL)} } : context);
    }`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}
