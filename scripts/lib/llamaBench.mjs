/**
 * llama.cpp's own `llama-bench`, as the yardstick: compiled from the source that node-llama-cpp brings along, and linked to
 * the very libraries of its prebuilt packs. So it runs the same machine code as the product, and takes ten seconds to build.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { outFolder, root } from './places.mjs';
import { PlainError } from './progress.mjs';
import { mustRun } from './run.mjs';

/** @returns the folder of a pack's libraries. @param {'linux-x64' | 'linux-x64-vulkan'} pack */
export function packLibraries(pack) {
  return path.join(root, 'node_modules/@node-llama-cpp', pack, 'bins', pack);
}

/**
 * Builds it for a pack, once for each version of node-llama-cpp.
 * @param {'linux-x64' | 'linux-x64-vulkan'} pack
 * @returns {Promise<string>} the program; it wants `packLibraries(pack)` as working folder and library path
 * @throws PlainError where there is no Linux, compiler or git
 */
export async function buildLlamaBench(pack) {
  const libraries = packLibraries(pack);
  if (process.platform !== 'linux' || !existsSync(libraries)) throw new PlainError(`llama-bench is built for ${pack} on Linux alone.`);
  const names = readdirSync(libraries).filter((name) => /^lib(llama|ggml)(-common|-base|\.)/.test(name));
  const version = names.find((name) => name.startsWith('libllama.')) ?? '';
  const program = path.join(outFolder, 'llama-bench', `${version.replace(/^libllama\.|\.so$/g, '')}-${pack}`);
  if (existsSync(program)) return program;
  mkdirSync(path.dirname(program), { recursive: true });
  const source = mkdtempSync(path.join(outFolder, 'llama-bench', 'source-'));
  const bundle = path.join(root, 'node_modules/node-llama-cpp/llama/gitRelease.bundle');
  await mustRun('Unpacking the source of llama.cpp', 'git', ['clone', '-q', bundle, source]);
  const tool = path.join(source, 'tools/llama-bench');
  const files = readdirSync(tool).flatMap((name) => (name.endsWith('.cpp') ? [path.join(tool, name)] : []));
  const includes = ['include', 'ggml/include', 'common', 'vendor', 'tools/llama-bench'].flatMap((name) => ['-I', path.join(source, name)]);
  const links = ['-L', libraries, ...names.map((name) => `-l:${name}`), '-Wl,--allow-shlib-undefined', '-lpthread'];
  await mustRun('Compiling llama-bench', 'g++', ['-O2', '-DNDEBUG', '-std=c++17', ...includes, ...files, '-o', `${program}.new`, ...links]);
  renameSync(`${program}.new`, program);
  rmSync(source, { recursive: true, force: true });
  return program;
}
