/**
 * llama.cpp's own programs, as the yardstick: compiled from the source that node-llama-cpp brings along, and linked to the
 * very libraries of its prebuilt packs. So they run the same machine code as the product, and take ten seconds to build.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { outFolder, root } from './places.mjs';
import { PlainError } from './progress.mjs';
import { mustRun } from './run.mjs';

/** @returns the folder of a pack's libraries. @param {'linux-x64' | 'linux-x64-vulkan' | 'linux-x64-cuda'} pack */
export function packLibraries(pack) {
  return path.join(root, 'node_modules/@node-llama-cpp', pack, 'bins', pack);
}

/**
 * Builds llama.cpp's `llama-bench` for a pack, once for each version of node-llama-cpp.
 * @param {'linux-x64' | 'linux-x64-vulkan' | 'linux-x64-cuda'} pack
 * @returns {Promise<string>} the program; it wants `packLibraries(pack)` as working folder and library path
 * @throws PlainError where there is no Linux, compiler or git
 */
export function buildLlamaBench(pack) {
  return built(pack, 'llama-bench', '', (source) => {
    const tool = path.join(source, 'tools/llama-bench');
    return readdirSync(tool).flatMap((name) => (name.endsWith('.cpp') ? [path.join(tool, name)] : []));
  });
}

/** As `buildLlamaBench`, of a program of the project's own. @param {string} file C++ */
export function buildWithLlama(pack, file) {
  const stamp = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8);
  return built(pack, path.basename(file, '.cpp'), `-${stamp}`, () => [file]);
}

async function built(pack, name, stamp, sources) {
  const libraries = packLibraries(pack);
  if (process.platform !== 'linux' || !existsSync(libraries)) throw new PlainError(`${name} is built for ${pack} on Linux alone.`);
  const libs = readdirSync(libraries).filter((lib) => /^lib(llama|ggml)(-common|-base|\.)/.test(lib));
  const version = libs.find((lib) => lib.startsWith('libllama.')) ?? '';
  const program = path.join(outFolder, 'llama-bench', `${name}-${version.replace(/^libllama\.|\.so$/g, '')}-${pack}${stamp}`);
  if (existsSync(program)) return program;
  return llamaSource(async (source) => {
    const includes = ['include', 'ggml/include', 'common', 'vendor', 'tools/llama-bench'].flatMap((each) => [
      '-I',
      path.join(source, each),
    ]);
    const links = ['-L', libraries, ...libs.map((lib) => `-l:${lib}`), '-Wl,--allow-shlib-undefined', '-lpthread'];
    const options = ['-O2', '-DNDEBUG', '-std=c++17', ...includes, ...sources(source)];
    await mustRun(`Compiling ${name}`, 'g++', [...options, '-o', `${program}.new`, ...links]);
    renameSync(`${program}.new`, program);
    return program;
  });
}

/**
 * Lends the source of llama.cpp that node-llama-cpp brings along.
 * @template Result
 * @param {(source: string) => Promise<Result>} use of a folder that is removed afterwards
 */
export async function llamaSource(use) {
  const folder = path.join(outFolder, 'llama-bench');
  mkdirSync(folder, { recursive: true });
  const source = mkdtempSync(path.join(folder, 'source-'));
  try {
    const bundle = path.join(root, 'node_modules/node-llama-cpp/llama/gitRelease.bundle');
    await mustRun('Unpacking the source of llama.cpp', 'git', ['clone', '-q', bundle, source]);
    return await use(source);
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
}
