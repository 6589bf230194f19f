/** What a saved state belongs to: it is of no use to any other model, nor to the same one loaded otherwise. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { ModelInfo } from '../shared/inferenceProtocol.ts';
import { partsOf } from './wholeModel.ts';

/** Looked at of each file: so many bytes of its beginning, and pieces of what follows. */
const headBytes = 2 ** 20;
const pieces = 32;
const pieceBytes = 2 ** 16;

/**
 * @param info what the model runs on and as what
 * @param engine versions of whatever writes the state
 * @returns 32 hexadecimal digits
 * @throws the file system's error
 */
export async function stateKey(info: ModelInfo, engine: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const part of partsOf(info.path)) hash.update(await modelStamp(part));
  // Layers and threads change no more than what a load in another hour does.
  const factor = info.yarn?.taken ? info.yarn.factor : 1;
  return hash
    .update(JSON.stringify([info.architecture, info.backend, info.device, factor, ...engine]))
    .digest('hex')
    .slice(0, 32);
}

/**
 * Size, time and parts of the content, as 6 GB would take longer to read than to load. A file with other weights differs in
 * each of the pieces, and one that was changed in one place has another time.
 */
async function modelStamp(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size, mtimeMs } = await file.stat();
    const hash = createHash('sha256').update(`${size} ${mtimeMs}\n`);
    hash.update(await bytesAt(file, 0, headBytes));
    for (let piece = 1; piece <= pieces; piece++)
      hash.update(await bytesAt(file, Math.max(0, Math.floor((size / pieces) * piece) - pieceBytes), pieceBytes));
    return hash.digest();
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
