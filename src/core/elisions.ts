/** Lines by which a model says that it leaves something out: `// ... existing code ...`, `# rest unchanged`, `...`. */
import { indentColumns, lineKey } from './lineLikeness.ts';

/** A line of an answer. `elision`: it stands for lines that are not there; `indent` in columns. */
export type AnswerLine =
  { readonly kind: 'line'; readonly text: string } | { readonly kind: 'elision'; readonly indent: number; readonly text: string };

const dots = /(?:\.{3,}|…)/;
const opener = /^(?:\{\s*\/\*+|\/\/+|#+|--+|%+|;+|\/\*+|<!--+|\(\*|\{-)\s*/;
const closer = /\s*(?:\*+\/\s*\}?|--+>|\*\)|-\})$/;
/** What such a comment speaks of. */
const subject =
  /\b(?:existing|rest|remain\w*|unchanged|previous|others?|same|omitted|as (?:is|before)|original|above|below|here|more|code|implementation|keep|etc)\b|其余|其他|其它|剩余|不变|省略|原有|现有|已有|之前|保留|同上/i;
const things =
  '(?:code|file|function|class|method|script|program|implementation|body|document|content|text|config\\w*|styles?|component|module|proof|tests?|methods|functions|lines?|imports?|properties|fields|rules|columns?|jobs?|steps?|members?|logic|cases?|entries|options|items)';
/** What may be said of things that are left out. */
const stays =
  '(?: (?:goes? |comes? )?(?:here|above|below|unchanged|continues?|as (?:is|before)|the same.{0,20}|(?:remains?|stays?)\\b.{0,25}|(?:is|are) (?:unchanged|the same|kept|omitted|as before).{0,20}|for .{0,25}|of .{0,30}))?';
/** What it says without any dots. */
const phrase = new RegExp(
  `^(?:(?:the |your |all )?(?:rest|remainder)(?: of (?:the |your |this )?${things}\\b${stays})?` +
    `|(?:your |the |all )?(?:existing|previous|original|remaining|other) ${things}\\b${stays}` +
    `|(?:(?:the )?code |everything(?: else)? |the rest |all (?:the )?others? \\w* ?)?(?:is |are |remains? |stays? )?(?:unchanged|the same(?: as before)?|as (?:is|before))` +
    `|same as (?:before|above|the original)|no changes?(?: here| needed| below| above)?|omitted(?: for brevity)?|snip)[.]*$`,
  'i',
);

/** @param body of a comment, or of a line that is nothing else */
function saysLeftOut(written: string): boolean {
  const body = written.replace(/^[-=*\s]+|[-=*\s]+$/g, '').replace(/^\((.*)\)$/, '$1');
  const starts = new RegExp(`^${dots.source}`).test(body);
  const ends = new RegExp(`${dots.source}$`).test(body);
  const words = body.replace(new RegExp(dots.source, 'g'), ' ').replace(/[()]/g, ' ').trim();
  if (starts || ends) return words === '' || (starts && (ends || subject.test(words))) || phrase.test(words);
  return phrase.test(body) || /^.{0,12}(?:其余|其他|其它|剩余|原有|现有).{0,12}(?:不变|省略|代码|相同|一样)/.test(body);
}

/** The whole line says that something is left out. */
export function isElision(line: string, languageId: string): boolean {
  const text = line.trim();
  if (text === '') return false;
  const comment = opener.exec(text);
  // One `#` in front is a heading in Markdown, and `;` an end in most languages.
  if (comment && !(languageId === 'markdown' && comment[0].startsWith('#'))) {
    return saysLeftOut(text.slice(comment[0].length).replace(closer, '').trim());
  }
  // R passes its dots on in a line of their own, and three dots end a document of YAML.
  if (/^(?:\.{3}|…),?$/.test(text)) return languageId !== 'r' && languageId !== 'yaml';
  const bracketed = /^[[(<{]\s*(.*?)\s*[\])>}]$/.exec(text)?.[1] ?? text;
  const bare = new RegExp(`^${dots.source}(?:\\s.*)?$|^.*\\s${dots.source}$`).test(bracketed);
  if (bracketed !== text && (bracketed === '...' || bracketed === '…')) return true;
  return bare && new RegExp(`^${dots.source}\\s`).test(bracketed) && subject.test(bracketed) && saysLeftOut(bracketed);
}

/** Something is left out within the line: `{ ... }`, `[a, /* existing items *\/]`. */
export function hasInnerElision(line: string, languageId: string): boolean {
  if (new RegExp(`\\{\\s*${dots.source}\\s*\\}`).test(line)) return true;
  const comments = [...line.matchAll(/\/\*+(.*?)\*\/|<!--+(.*?)-->|\(\*(.*?)\*\)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  if (comments.some((body) => saysLeftOut(body.trim()) && body.trim() !== '')) return !isElision(line, languageId);
  const trailing = /\S\s+(?:\/\/|#|--|%)\s*(\S.*)$/.exec(line)?.[1];
  return trailing !== undefined && new RegExp(`^${dots.source}.*\\S.*${dots.source}$`).test(trailing) && saysLeftOut(trailing);
}

/**
 * @param lines of the answer
 * @param selected lines of the selection: what it says itself is no elision
 * @param languageId of the document
 */
export function markElisions(lines: readonly string[], selected: readonly string[], languageId: string): AnswerLine[] {
  const own = new Set(selected.map(lineKey));
  const marked: AnswerLine[] = [];
  lines.forEach((text, index) => {
    if (own.has(lineKey(text))) {
      marked.push({ kind: 'line', text });
      return;
    }
    // `...` is the body of a stub in Python, unless the selection has another one.
    const stub = text.trim() === '...' && languageId === 'python' && /:\s*$/.test(lines[index - 1] ?? '');
    if (isElision(text, languageId) && !(stub && !own.has(lineKey(lines[index - 1] ?? '')))) {
      marked.push({ kind: 'elision', indent: indentColumns(text), text });
      return;
    }
    const body = new RegExp(`^(.*\\{)\\s*(?:${dots.source}|/\\*(.*?)\\*/)\\s*(\\}[;,)]*)$`).exec(text);
    if (body && (body[2] === undefined || saysLeftOut(body[2].trim()))) {
      const indent = indentColumns(text);
      marked.push({ kind: 'line', text: body[1] ?? '' });
      marked.push({ kind: 'elision', indent: indent + 4, text: text.trim() });
      marked.push({ kind: 'line', text: text.slice(0, text.length - text.trimStart().length) + (body[3] ?? '') });
      return;
    }
    marked.push({ kind: 'line', text });
  });
  return marked;
}

/** Something is left out that cannot be put back: it would come into the file as «existing code». */
export function leavesOut(lines: readonly string[], selected: readonly string[], languageId: string): boolean {
  const own = new Set(selected.map(lineKey));
  return (
    markElisions(lines, selected, languageId).some(({ kind }) => kind === 'elision') ||
    lines.some((line) => !own.has(lineKey(line)) && hasInnerElision(line, languageId))
  );
}
