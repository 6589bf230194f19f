import { open } from 'node:fs/promises';
import type { ModelDamage } from '../../core/errors.ts';
import { ggufMagic, readGgufHeader } from '../../core/gguf.ts';

/** A header is read in a first piece of this size, then in twice as much until it is whole. */
const firstBytes = 1024 * 1024;

/** More than any vocabulary takes. */
const mostBytes = 256 * 1024 * 1024;

const shownBytes = 4;

/** What is wrong with a file that claims to be a GGUF: its first bytes, its header, or tensors that lie beyond its end. */
export async function ggufDamage(file: string): Promise<ModelDamage | undefined> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    for (let bytes = Math.min(size, firstBytes); ; bytes = Math.min(size, bytes * 2)) {
      const head = Buffer.alloc(bytes);
      await handle.read(head, 0, bytes, 0);
      if (head.toString('latin1', 0, ggufMagic.length) !== ggufMagic)
        return { kind: 'notGguf', found: JSON.stringify(head.toString('latin1', 0, shownBytes)) };
      const reading = readGgufHeader(head);
      if (reading.kind === 'bad') return { kind: 'notGguf', found: reading.reason };
      if (reading.kind === 'more') {
        if (bytes < size && bytes < mostBytes) continue;
        return { kind: 'tensors', neededBytes: size + 1, fileBytes: size };
      }
      const { neededBytes } = reading.header;
      return neededBytes > size ? { kind: 'tensors', neededBytes, fileBytes: size } : undefined;
    }
  } finally {
    await handle.close();
  }
}
