/** Where the packed extension has llama.cpp's libraries, and its own programs beside it. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { ModelInfo } from '../../../src/shared/inferenceProtocol.ts';

type Device = Pick<ModelInfo, 'device' | 'backend'>;

/** @returns the folder of the libraries of the backend that the model runs on. @throws where they were not packed */
export function packedLibraries(extension: string, { device, backend }: Device): string {
  const inside = isCuda({ device, backend }) ? path.join(extension, '..', 'cuda') : extension;
  const packs = path.join(inside, 'node_modules/@node-llama-cpp');
  const [pack] = readdirSync(packs).filter((name) => name.startsWith('linux-x64') && (device !== 'gpu' || name.includes(backend)));
  if (pack === undefined) throw new Error(`${packs} has no libraries for ${backend}.`);
  return path.join(packs, pack, 'bins', pack);
}

export function packedProgram(extension: string, name: 'llama-bench' | 'llama-start', device: Device): string {
  return path.join(extension, '..', isCuda(device) ? `${name}-cuda` : name);
}

function isCuda({ device, backend }: Device): boolean {
  return device === 'gpu' && backend === 'cuda';
}
