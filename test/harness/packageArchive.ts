/** Packages as a registry serves them, written by hand so that they can hold what no packing program writes. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

export interface ArchiveEntry {
  readonly name: string;
  readonly content?: string;
  /** `0` a file, `2` a symbolic link, `5` a folder. */
  readonly type?: '0' | '2' | '5';
  readonly linkTo?: string;
}

export function packageArchive(entries: readonly ArchiveEntry[]): Buffer {
  return gzipSync(Buffer.concat([...entries.map(entry), Buffer.alloc(1024)]));
}

/** As npm writes it. */
export function integrityOf(archive: Buffer): string {
  return `sha512-${createHash('sha512').update(archive).digest('base64')}`;
}

/** Header of a block of 512 bytes (POSIX ustar), then the content in whole blocks. */
function entry({ name, content = '', type = '0', linkTo = '' }: ArchiveEntry): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number): void => void header.write(value.toString(8).padStart(length - 1, '0'), at);
  header.write(name, 0);
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(body.length, 124, 12);
  octal(0, 136, 12);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(linkTo, 157);
  header.write('ustar\0' + '00', 257);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
