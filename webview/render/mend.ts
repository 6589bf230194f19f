/**
 * Shows a text that stops in mid-sentence as if its open marks were closed, so that `**bo` is bold from its first
 * letter on and does not change its look when the end arrives. Only the last paragraph of the open tail is touched;
 * the finished text is always drawn from its own source.
 */
export function mended(tail: string): string {
  const fences = tail.match(/^[ \t>]*(?:```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return tail;
  const start = lastParagraph(tail);
  const text = tail.slice(start).replace(/(?:\\|\$|!?\[|(?<=\s)\*{1,3})$/, '');
  if (/^\s*(?:```|~~~| {4}|\t)/.test(text)) return tail;
  const code = openCode(text);
  if (code !== undefined) return tail.slice(0, start) + text + code;
  const link = /\[([^\][\n]*)\]\([^()\s]*$/.exec(text);
  if (link) return tail.slice(0, start) + closedEmphasis(`${text.slice(0, link.index)}${link[1] ?? ''}`);
  return tail.slice(0, start) + closedEmphasis(text);
}

function lastParagraph(tail: string): number {
  const blank = /\n[ \t]*\n(?![\s\S]*\n[ \t]*\n)/.exec(tail);
  return blank ? blank.index + blank[0].length : 0;
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

function closedEmphasis(text: string): string {
  const marks = [...text.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length)).matchAll(/\*\*(?=\S)|(?<=\S)\*\*/g)];
  if (marks.length % 2 === 0) return text;
  const bare = text.replace(/\*$/, '').trimEnd();
  return bare.endsWith('**') || bare === '' ? bare.replace(/\*+$/, '') : `${bare}**`;
}
