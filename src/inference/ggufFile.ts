/**
 * What can be told about a model file before any native code sees it. A wrong file is the most common fault
 * of a first start, and the engine's own words for it help nobody.
 */
import { closeSync, constants, accessSync, openSync, readSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { LemmaError } from '../core/errors.ts';
import { LemmaFailure } from '../core/errors.ts';

/** First bytes of every GGUF file (ggml-org/ggml, docs/gguf.md). */
const ggufMagic = 'GGUF';

/** Bytes read for the description of a file that is no GGUF. */
const describedBytes = 8;

/**
 * Checks that the path names a readable file that begins as a GGUF does.
 * @returns the file's size in bytes
 * @throws LemmaFailure modelMissing, modelUnreadable or modelNotGguf
 */
export function checkGgufFile(path: string): number {
  const stats = statModel(path);
  if (stats.isDirectory()) throw new LemmaFailure({ code: 'modelNotGguf', path, found: 'folder' });
  if (!stats.isFile()) throw new LemmaFailure({ code: 'modelNotGguf', path, found: 'special file' });
  const head = readHead(path);
  if (head.length === 0) throw new LemmaFailure({ code: 'modelNotGguf', path, found: 'empty file' });
  if (head.toString('latin1', 0, ggufMagic.length) !== ggufMagic) {
    throw new LemmaFailure({ code: 'modelNotGguf', path, found: describeBytes(head) });
  }
  return stats.size;
}

/** What tells that a file was replaced or changed; undefined while it is not there, which a loaded model does not mind. */
export function fileStamp(path: string): string | undefined {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${size} ${mtimeMs}`;
  } catch {
    return undefined;
  }
}

function statModel(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new LemmaFailure({ code: 'modelMissing', path });
    throw unreadable(path, error);
  }
}

function readHead(path: string): Buffer {
  try {
    // Before the open: a file that may not be read can still be a pipe or device that would block it.
    accessSync(path, constants.R_OK);
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(describedBytes);
      return head.subarray(0, readSync(file, head, 0, describedBytes, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): LemmaFailure {
  const failure: LemmaError = { code: 'modelUnreadable', path, reason: error instanceof Error ? error.message : String(error) };
  return new LemmaFailure(failure);
}

/** The bytes as one reads them in a hex viewer's text column: `PK\x03\x04`. */
function describeBytes(bytes: Buffer): string {
  return Array.from(bytes.subarray(0, 4), (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}
