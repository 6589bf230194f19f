/**
 * Shows a text that stops in mid-sentence as if its open marks were closed, so that `**bo` is bold from its first
 * letter on and does not change its look when the end arrives. Only the last paragraph of the open tail is touched;
 * the finished text is always drawn from its own source.
 */
export function mended(tail: string): string {
  const fences = tail.match(/^[ \t>]*(?:```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return openFence(tail);
  const start = lastParagraph(tail);
  const [before, text] = [tail.slice(0, start), withoutBeginnings(tail.slice(start))];
  if (/^\s*(?:```|~~~| {4}|\t)/.test(text)) return before + text;
  const code = openCode(text);
  if (code !== undefined) return before + text + code;
  return before + (openTable(text) ?? closedEmphasis(withoutAddress(text)));
}

/** Neither a language that is half written, nor what may be the beginning of the last line of marks. */
function openFence(tail: string): string {
  const begun = /(?:^|\n)[ \t>]*(?:`{3,}|~{3,})(?=[^\n]*$)/.exec(tail);
  if (begun) return `${tail.slice(0, begun.index + begun[0].length)}\n`;
  return tail.replace(/(?<=\n)[ \t>]*(?:`{1,2}|~{1,2})$/, '');
}

function lastParagraph(tail: string): number {
  const blank = /\n[ \t]*\n(?![\s\S]*\n[ \t]*\n)/.exec(tail);
  return blank ? blank.index + blank[0].length : 0;
}

/**
 * Without what only its next characters give a meaning: the first of a formula, of emphasis or of inline code, and a line of
 * `-` or `=`, which begins a list, underlines a heading or is a rule.
 */
function withoutBeginnings(text: string): string {
  const first = /(?:\\(?:[[(]|b|be|beg|begi|begin|begin\{\w*\*?)?|(?<=^|\s)\$\$|\$|!?\[|(?<=^|\s)(?:\*{1,3}|~{1,2}|`{1,2}))$/;
  return text.replace(first, '').replace(/\n {0,3}(?:-+|=+)[ \t]*$/, '\n');
}

/** The run of back-ticks that is still missing, if the text ends inside inline code. */
function openCode(text: string): string | undefined {
  let open: string | undefined;
  for (const [run] of text.matchAll(/`+/g)) {
    if (open === undefined) open = run;
    else if (run.length === open.length) open = undefined;
  }
  return open !== undefined && !text.endsWith(open) && open.length < 3 ? open : undefined;
}

/** A row of cells is a table from its second cell on, though the line that makes it one comes after it. */
function openTable(text: string): string | undefined {
  const [head = '', line, ...more] = text.split('\n');
  const begun = (line ?? '') === '' ? /^ {0,3}\| +[^\s|][^|]*\| /.test(head) : head.includes('|') && /^ {0,3}[|:][|: -]*$/.test(line ?? '');
  if (!begun || more.length > 0) return undefined;
  const cells = head
    .trim()
    .replace(/^\||(?<!\\)\|$/g, '')
    .split(/(?<!\\)\|/);
  return `${head}\n|${'---|'.repeat(cells.length)}`;
}

/** A link whose address is still being written is its text. */
function withoutAddress(text: string): string {
  const link = /!?\[([^\][\n]*)\]\([^()\n]*$/.exec(text);
  return link ? `${text.slice(0, link.index)}${link[1] ?? ''}` : text;
}

const code = /`[^`]*`|\$[^$\n]*\$|\\\([\s\S]*?(?:\\\)|$)|\\\[[\s\S]*?(?:\\\]|$)/g;

function closedEmphasis(text: string): string {
  const masked = text.replace(code, (all) => 'x'.repeat(all.length));
  const open: string[] = [];
  for (const { 0: run, index } of masked.matchAll(/\*{1,3}|~{1,2}/g)) {
    const end = index + run.length;
    const isClosing = /\S/.test(masked[index - 1] ?? ' ');
    const top = open.at(-1);
    if (isClosing && top !== undefined && run === top) open.pop();
    // Half of the closing marks.
    else if (isClosing && end === masked.length && top?.startsWith(run)) return text.slice(0, index) + closing(open);
    else if (/\S/.test(masked[end] ?? ' ') && run !== '~' && !/[\p{L}\p{N}]/u.test(masked[index - 1] ?? ' ')) open.push(run);
  }
  if (open.length === 0) return text;
  const bare = text.trimEnd();
  return open.some((run) => bare.endsWith(run)) ? bare.replace(/[*~]+$/, '') : bare + closing(open);
}

function closing(open: readonly string[]): string {
  return [...open].reverse().join('');
}
