/**
 * Formulas for VS Code's own chat, which draws `$…$` and `$$…$$` alone: the model's `\(…\)`, `\[…\]` and bare environments
 * are written so. Code stays as it is.
 */
import { findFormulas } from './formulas.ts';
import type { Formula } from './formulas.ts';
import { inNotation } from './mathNotation.ts';

/** The whole text at once. @param text Markdown with `\n` as its line end */
export function chatMath(text: string): string {
  const stream = new ChatMathStream();
  return stream.push(text) + stream.end();
}

/** Characters that a formula or code can begin with. */
const special = /[\\$`~]/;
/** A delimiter that has no partner yet. */
const unpaired = /\\[([]|\\begin\{|\$|`/;
const fenceLine = /^\s*(`{3,}|~{3,})/;

/** An answer while it streams. What is given out is never changed; only what may be part of a formula is withheld. */
export class ChatMathStream {
  #held = '';
  /** The part of the present line that was given out: words alone. */
  #given = '';
  /** The marks that close the code fence we are in; empty outside. */
  #fence = '';

  /** @param chunk cut anywhere @returns what is certain now */
  push(chunk: string): string {
    this.#held += chunk;
    let result = '';
    for (let end = this.#certain(); end > 0; end = this.#certain()) result += this.#give(end);
    if (this.#fence === '' && !special.test(this.#held) && !this.#held.includes('\n')) {
      result += this.#held;
      this.#given += this.#held;
      this.#held = '';
    }
    return result;
  }

  /** What is still withheld. Call once, when the answer has ended. */
  end(): string {
    return this.#give(this.#held.length);
  }

  /** Length of the first lines of what is held that stand for themselves; 0: more is to come. */
  #certain(): number {
    const first = this.#held.indexOf('\n') + 1;
    if (first === 0 || this.#fence !== '') return first;
    for (let end = first; end > 0; end = this.#held.indexOf('\n', end) + 1) {
      const lines = this.#given + this.#held.slice(0, end);
      const line = lines.slice(lines.lastIndexOf('\n', lines.length - 2) + 1);
      // A code fence ends whatever was open, a paragraph's end what is no environment.
      if (fenceLine.test(line) && end > first) return end - line.length;
      if (fenceLine.test(line) || isClosed(lines)) return end;
      if (line.trim() === '' && !/\\begin\{/.test(withoutFormulas(lines))) return end;
      if (end > longestFormula) return end;
    }
    return 0;
  }

  #give(end: number): string {
    const text = this.#held.slice(0, end);
    const before = this.#given;
    const whole = before + text;
    this.#held = this.#held.slice(end);
    this.#given = '';
    const marks = fenceLine.exec(whole)?.[1];
    if (this.#fence !== '') {
      if (marks?.startsWith(this.#fence) && whole.trim() === marks) this.#fence = '';
      return text;
    }
    if (marks !== undefined) {
      this.#fence = marks;
      return text;
    }
    return converted(whole).slice(before.length);
  }
}

/** In characters; what is longer is a delimiter without its partner. */
const longestFormula = 20_000;

function isClosed(lines: string): boolean {
  return !unpaired.test(withoutFormulas(lines));
}

function withoutFormulas(text: string): string {
  let result = '';
  let from = 0;
  for (const { start, end } of findFormulas(text, 'markdown')) {
    result += text.slice(from, start);
    from = end;
  }
  return (result + text.slice(from)).replace(/(`+)(?:(?!\1)[\s\S])*?\1(?!`)/g, '').replace(/\\[$`\\]/g, '');
}

/** Formulas of a few lines without a code fence. */
function converted(text: string): string {
  const dollars = inNotation(text, { flavour: 'markdown', inline: '$', display: '$$', aligned: 'aligned' });
  let result = '';
  let from = 0;
  for (const formula of findFormulas(dollars, 'markdown')) {
    result += dollars.slice(from, formula.start) + drawn(dollars, formula);
    from = formula.end;
  }
  return result + dollars.slice(from);
}

/** A formula within a line is written in that line; a displayed one on its own has its dollars on lines of their own. */
function drawn(text: string, { display, open, start, end, contentStart, contentEnd }: Formula): string {
  const content = (open.startsWith('\\begin') ? text.slice(start, end) : text.slice(contentStart, contentEnd)).trim();
  if (!display && !open.startsWith('\\begin')) return `$${oneLine(content)}$`;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const rest = text.slice(end, text.indexOf('\n', end) < 0 ? undefined : text.indexOf('\n', end));
  if (indent.trim() !== '' || rest.trim() !== '') return `$$${oneLine(content)}$$`;
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  return ['$$', ...lines.map((line) => indent + line.trim()), `${indent}$$`].join('\n');
}

function oneLine(content: string): string {
  return content.replace(/\s*\n\s*/g, ' ');
}
