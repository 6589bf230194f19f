/**
 * Whether all of a model is there and its headers are sound, before native code maps it: one that was cut short crashes
 * that, and the engine's own reader hangs on some counts that no file holds.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LemmaFailure } from '../core/errors.ts';
import { readGgufHeader } from '../core/gguf.ts';
import type { GgufHeader } from '../core/gguf.ts';
import { shapeFault } from '../core/ggufShape.ts';

/** Bytes read of a file until its header is complete; that of the 9B takes 10 MB. */
const attempts = [2 ** 20, 2 ** 24, 2 ** 26, 2 ** 28];

/** `NAME-00001-of-00003.gguf` (llama.cpp, gguf-split). */
const partName = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;

/**
 * @param path of a GGUF file, the first where the model is split
 * @returns its header
 * @throws LemmaFailure modelDamaged, modelTruncated, modelPart (a later part was chosen) or modelPartMissing
 */
export function checkWholeModel(path: string): GgufHeader {
  const [first = path, ...others] = partsOf(path);
  const header = checkWhole(first);
  for (const part of others) checkWhole(part);
  return header;
}

/** The files of a model. @throws LemmaFailure modelPart or modelPartMissing */
export function partsOf(path: string): string[] {
  const match = partName.exec(basename(path));
  if (!match) return [path];
  const [, name = '', , count = ''] = match;
  const part = (number: number): string => join(dirname(path), `${name}-${String(number).padStart(5, '0')}-of-${count}.gguf`);
  const parts = Array.from({ length: Number(count) }, (_, index) => part(index + 1));
  if (Number(match[2]) !== 1) throw new LemmaFailure({ code: 'modelPart', path, first: part(1) });
  const missing = parts.find((each) => each !== path && !existsSync(each));
  if (missing !== undefined) throw new LemmaFailure({ code: 'modelPartMissing', path, part: missing });
  // As it is written, whatever the case of its ending.
  return [path, ...parts.slice(1)];
}

/** Of all files of a model. @throws as `partsOf` */
export function wholeBytes(path: string): number {
  return partsOf(path).reduce((sum, part) => sum + statSync(part).size, 0);
}

function checkWhole(path: string): GgufHeader {
  const { size } = statSync(path);
  const file = openSync(path, 'r');
  try {
    for (const length of attempts) {
      const bytes = Buffer.alloc(Math.min(length, size));
      const reading = readGgufHeader(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)));
      if (reading.kind === 'bad') throw new LemmaFailure({ code: 'modelDamaged', path, reason: reading.reason });
      if (reading.kind === 'more') {
        if (length < size) continue;
        break;
      }
      const { header } = reading;
      const fault = shapeFault(header);
      if (fault) throw new LemmaFailure({ code: 'modelDamaged', path, reason: fault });
      if (header.neededBytes <= size) return header;
      throw new LemmaFailure({ code: 'modelTruncated', path, fileBytes: size, neededBytes: header.neededBytes });
    }
    throw new LemmaFailure({ code: 'modelTruncated', path, fileBytes: size });
  } finally {
    closeSync(file);
  }
}
