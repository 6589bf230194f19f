/**
 * Calls of functions in the text of a reply. GLM-4-0414 and GLM-Z1 write one as the function's name on a line of its own and
 * its arguments as a JSON object behind it, `name\n{…}`; several follow each other (the `metadata` of the family's chat
 * template, and `is_function_call` in the example of the GLM-4-0414 model cards).
 */

/** A piece of an answer, in the order of the text. */
export type AnswerPart =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'call'; readonly name: string; readonly input: object };

/**
 * Finds the calls in an answer while it streams. What is no call is text and is lost never: an unknown name, arguments that
 * are no JSON object, a call inside a code fence, a call that the end of the reply cuts off. White space around a call is
 * dropped. Text is withheld only as long as it may be a call.
 */
export class FunctionCallParser {
  readonly #names: readonly string[];
  /** Not given out yet. */
  #held = '';
  /** `#held` begins at the beginning of a line, or right behind a call. */
  #atLineStart = true;
  /** The marks that close the code fence we are in; empty outside. */
  #fence = '';
  #parts: AnswerPart[] = [];
  /** The last part was a call, so white space before the next one is dropped. */
  #afterCall = false;
  #space = '';

  /** @param names of the functions that were offered; no others are looked for */
  constructor(names: readonly string[]) {
    // Of two names one may begin with the other.
    this.#names = [...names].sort((one, other) => other.length - one.length);
  }

  /** @param chunk cut anywhere @returns what is certain now; no two texts follow each other */
  push(chunk: string): AnswerPart[] {
    if (this.#names.length === 0) return chunk === '' ? [] : [{ kind: 'text', text: chunk }];
    this.#held += chunk;
    this.#drain(false);
    return this.#take();
  }

  /** What is still withheld. Call once, when the reply has ended. */
  end(): AnswerPart[] {
    this.#drain(true);
    if (!this.#afterCall) this.#give(this.#space);
    this.#space = '';
    return this.#take();
  }

  #drain(final: boolean): void {
    while (this.#held !== '') {
      const call = this.#atLineStart && this.#fence === '' ? this.#callAt(final) : undefined;
      if (call === 'perhaps') return;
      if (call) {
        this.#space = '';
        this.#parts.push({ kind: 'call', name: call.name, input: call.input });
        this.#afterCall = true;
        this.#held = this.#held.slice(call.end);
        continue;
      }
      const lineEnd = this.#held.indexOf('\n') + 1;
      // A line that may be a fence is looked at as a whole.
      if (this.#atLineStart && lineEnd === 0 && !final && /^[ \t]*[`~]*$/.test(this.#held)) return;
      if (this.#atLineStart) this.#watchFence(this.#held.slice(0, lineEnd || undefined), lineEnd > 0 || final);
      const line = this.#held.slice(0, lineEnd || undefined);
      this.#held = this.#held.slice(line.length);
      this.#atLineStart = lineEnd > 0;
      this.#text(line);
    }
  }

  /** A call at the beginning of what is held. `perhaps`: what is still to come decides. */
  #callAt(final: boolean): { readonly name: string; readonly input: object; readonly end: number } | 'perhaps' | undefined {
    const start = /^[ \t]*/.exec(this.#held)?.[0].length ?? 0;
    const rest = this.#held.slice(start);
    const open = final ? undefined : 'perhaps';
    const name = this.#names.find((each) => rest.startsWith(each) && /^[ \t]*(?:\r?\n|\r?$|$)/.test(rest.slice(each.length)));
    if (name === undefined) return this.#names.some((each) => each.startsWith(rest)) ? open : undefined;
    const between = /^\s*/.exec(rest.slice(name.length))?.[0] ?? '';
    const from = start + name.length + between.length;
    if (from === this.#held.length) return open;
    if (!between.includes('\n') || this.#held.charAt(from) !== '{') return undefined;
    const end = objectEnd(this.#held, from);
    if (end === undefined) return open;
    const input = parsedObject(this.#held.slice(from, end));
    return input && { name, input, end };
  }

  #watchFence(line: string, whole: boolean): void {
    const marks = /^[ \t]*(`{3,}|~{3,})/.exec(line)?.[1];
    if (marks === undefined) return;
    if (this.#fence === '') this.#fence = marks;
    else if (whole && marks.startsWith(this.#fence) && line.trim() === marks) this.#fence = '';
  }

  /** White space waits: before a call it is dropped. */
  #text(text: string): void {
    const all = this.#space + text;
    const end = all.trimEnd().length;
    this.#space = all.slice(end);
    if (end === 0) return;
    this.#give(this.#afterCall ? all.slice(0, end).trimStart() : all.slice(0, end));
    this.#afterCall = false;
  }

  #give(text: string): void {
    if (text === '') return;
    const last = this.#parts.at(-1);
    if (last?.kind === 'text') this.#parts[this.#parts.length - 1] = { kind: 'text', text: last.text + text };
    else this.#parts.push({ kind: 'text', text });
  }

  #take(): AnswerPart[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }
}

/** Offset behind the object that begins at `from`; undefined while it is open. */
function objectEnd(text: string, from: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function parsedObject(text: string): object | undefined {
  for (const each of [text, withEscapedBreaks(text)]) {
    try {
      const value: unknown = JSON.parse(each);
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

/** Models write the lines of a program into a string as they are, which JSON does not allow. */
function withEscapedBreaks(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"/g, (string) => string.replace(/[\n\r\t]/g, (character) => escapes[character] ?? character));
}

/** A call as the model writes it, for the conversation. */
export function callText(name: string, input: object): string {
  return `${name}\n${JSON.stringify(input)}`;
}
