/** Where the packed extension has llama.cpp's libraries, and its own programs beside it. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { ModelInfo } from '../../../src/shared/inferenceProtocol.ts';

/** @returns the folder of the libraries of the backend that the model runs on. @throws where they were not packed */
export function packedLibraries(extension: string, { device, backend }: Pick<ModelInfo, 'device' | 'backend'>): string {
  const packs = path.join(extension, 'node_modules/@node-llama-cpp');
  const [pack] = readdirSync(packs).filter((name) => name.startsWith('linux-x64') && (device !== 'gpu' || name.includes(backend)));
  if (pack === undefined) throw new Error(`${packs} has no libraries for ${backend}.`);
  return path.join(packs, pack, 'bins', pack);
}

export function packedProgram(extension: string, name: 'llama-bench' | 'llama-start'): string {
  return path.join(extension, '..', name);
}
