/** The inference process's own log: a file, because it outlives the window that started it. */
import { closeSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';

/** Bytes from which on a new process begins a new file. One older file is kept; the process itself limits its own. */
const mostBytes = 1_000_000;

/** Lines of native code that become the reason when the process does not start, and the most bytes looked at for them. */
const keptLines = 8;
const tailBytes = 16_384;

/** Lemma's own lines begin with the time; native code's do not. */
const ownLine = /^\d{4}-\d\d-\d\dT\S+ \[/;

/** Bytes of a log; 0 when there is none. */
export function logSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Moves a log that has grown large aside. @returns bytes that are in the log now */
export function rotateLog(file: string): number {
  const size = logSize(file);
  if (size < mostBytes) return size;
  const older = file.replace(/(\.log)?$/, '.1.log');
  rmSync(older, { force: true });
  renameSync(file, older);
  return 0;
}

/** The last lines since `from` that native code or a failing start has written there; none when there is no such file. */
export function rawLines(file: string, from: number): string[] {
  const size = logSize(file);
  // Smaller: it has begun anew.
  const start = Math.max(size < from ? 0 : from, size - tailBytes);
  const bytes = Buffer.alloc(Math.max(0, size - start));
  if (bytes.length === 0) return [];
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, bytes, 0, bytes.length, start);
  } finally {
    closeSync(descriptor);
  }
  const lines = bytes.toString('utf8').split('\n');
  return lines.filter((line) => line.trim() !== '' && !ownLine.test(line)).slice(-keptLines);
}
