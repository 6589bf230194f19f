/** Positions and offsets of a document's text, with `\n` as its only line end. Offsets are UTF-16, end-exclusive. */
import type { Position } from './snapshot.ts';

/** A document's text with one kind of line end; lines and characters of positions stay the same. */
export function normalizeEol(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

export class DocumentText {
  readonly text: string;
  private readonly starts: readonly number[];

  /** @param text with any line ends */
  constructor(text: string) {
    this.text = normalizeEol(text);
    const starts = [0];
    for (let index = this.text.indexOf('\n'); index >= 0; index = this.text.indexOf('\n', index + 1)) starts.push(index + 1);
    this.starts = starts;
  }

  get lineCount(): number {
    return this.starts.length;
  }

  /** The line without its line end; empty beyond the document. */
  line(line: number): string {
    const start = this.starts[line];
    if (start === undefined) return '';
    const next = this.starts[line + 1];
    return this.text.slice(start, next === undefined ? undefined : next - 1);
  }

  /** Positions beyond a line's or the document's end are moved back to it. */
  offsetAt(position: Position): number {
    const start = this.starts[position.line];
    if (start === undefined) return position.line < 0 ? 0 : this.text.length;
    return start + Math.min(Math.max(0, position.character), this.line(position.line).length);
  }

  positionAt(offset: number): Position {
    const within = Math.min(Math.max(0, offset), this.text.length);
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.starts[middle] ?? 0) <= within) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: within - (this.starts[low] ?? 0) };
  }
}
