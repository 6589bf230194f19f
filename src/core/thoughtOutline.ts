/**
 * A table of contents for a thought, from its own paragraphs and turning points («Wait», «Alternatively», 等等),
 * so that 30,000 tokens can be skimmed. Pure; made to be asked again while the thought grows.
 */

export interface OutlineEntry {
  /** Of the step's first character in the thought, UTF-16 units; line ends as `\n`. */
  readonly offset: number;
  /** The first words of the step as plain text. */
  readonly label: string;
  /** The model changes its mind or looks at its work once more. */
  readonly turning: boolean;
}

/** Entries are at most so many: what does not fit on a page cannot be skimmed. */
const maxEntries = 40;
/** Of two steps that begin within so many characters one is kept; doubled until the whole thought has at most `maxEntries`. */
const smallestStep = 120;
const maxLabel = 64;

const turningWords = [
  ...[
    'but wait',
    'wait',
    'hold on',
    'alternatively',
    'another way',
    'another approach',
    'instead',
    'hmm+',
    'actually',
    'on second thought',
  ],
  ...['(?:so )?let me (?:just )?(?:double[- ]?|re-?)?(?:check|verify|test|confirm|reconsider|rethink|think again|try|see if|start over)'],
  ...['oh', 'no,', 'but (?:is|what|how|hold|let|then|if)', 'just to (?:be sure|make sure|confirm)', "that (?:can't|doesn't|seems wrong)"],
  ...['is (?:this|that) (?:right|correct)', 'to (?:double[- ]?check|verify)', 'however', 'maybe'],
];
const turningChinese =
  '等等|等一下|但是|不过|然而|或者|另外|另一种|换一种|让我(?:再|们)?(?:检查|验证|确认|重新|想想|试)|我们?再(?:检查|验证)|其实|不对|嗯';
const turningStart = new RegExp(`^(?:(?:${turningWords.join('|')})(?![\\p{L}\\p{N}])|${turningChinese})`, 'iu');
/** A turn inside a paragraph counts where a sentence begins with one of the words that can mean nothing else. */
const turningInside =
  /(?<=[.?!。？！]["”)]?\s*|\n[ \t]*)(?:But wait|Wait|Hold on|Alternatively|Hmm+|Actually|Let me (?:double[- ]?)?(?:check|verify)|等等|等一下|让我(?:再)?(?:检查|验证))(?![\p{L}\p{N}](?<![\p{Script=Han}]))/gu;
const structureStart =
  /^(?:#{1,6} |\*\*|\d{1,2}[.)] |step \d|case \d|first(?:ly)?\b|second(?:ly)?\b|third\b|next\b|then\b|finally|therefore|in summary|so (?:overall|the (?:answer|final))|first, |now\b|suppose|assume|首先|其次|然后|接下来|最后|因此|所以|综上|步骤|情况)/i;

interface Candidate extends OutlineEntry {
  /** Higher is kept where two are too near. */
  readonly weight: number;
}

/** Keeps what it has found, so that a thought that grows is read once. */
export class ThoughtOutliner {
  private found: Candidate[] = [];
  /** Where the last paragraph begins: what is before is final. */
  private open = 0;
  private seen = '';

  /** @param thought all of it so far, line ends as `\n` @returns entries in order */
  entries(thought: string): readonly OutlineEntry[] {
    // The end is compared, not all of it: an edited thought differs there or is shorter.
    if (!thought.startsWith(this.seen.slice(-64), this.open - Math.min(64, this.seen.length))) this.reset();
    const paragraphs = paragraphsFrom(thought, this.open);
    const last = paragraphs.at(-1);
    const settled = paragraphs.slice(0, -1).flatMap(candidates);
    this.found.push(...settled);
    if (last) this.open = last.offset;
    this.seen = thought.slice(Math.max(0, this.open - 64), this.open);
    return thinned(last ? [...this.found, ...candidates(last)] : this.found, thought.length);
  }

  private reset(): void {
    this.found = [];
    this.open = 0;
    this.seen = '';
  }
}

export function thoughtOutline(thought: string): readonly OutlineEntry[] {
  return new ThoughtOutliner().entries(thought);
}

/** The entry that the text at `offset` belongs to; -1 before the first. */
export function entryAt(entries: readonly OutlineEntry[], offset: number): number {
  return entries.findLastIndex((entry) => entry.offset <= offset);
}

interface Paragraph {
  readonly offset: number;
  readonly text: string;
}

/** Paragraphs between empty lines; a fenced block or a display formula with empty lines inside is one. */
function paragraphsFrom(thought: string, start: number): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let begin = -1;
  let fence = '';
  for (let at = start; at < thought.length;) {
    const end = thought.indexOf('\n', at);
    const next = end < 0 ? thought.length : end + 1;
    const line = thought.slice(at, end < 0 ? thought.length : end);
    if (line.trim() === '' && fence === '') {
      if (begin >= 0) paragraphs.push({ offset: begin, text: thought.slice(begin, at) });
      begin = -1;
    } else {
      if (begin < 0) begin = at + (line.length - line.trimStart().length);
      fence = fenceAfter(fence, line.trim());
    }
    at = next;
  }
  if (begin >= 0) paragraphs.push({ offset: begin, text: thought.slice(begin) });
  return paragraphs;
}

function fenceAfter(fence: string, line: string): string {
  if (fence !== '') return line.startsWith(fence) || (fence.length === 2 && line.endsWith(fence)) ? '' : fence;
  if (/^(?:```|~~~)/.test(line)) return line.slice(0, 3);
  if (line === '$$') return '$$';
  return line === '\\[' ? '\\]' : '';
}

function candidates({ offset, text }: Paragraph): Candidate[] {
  const found: Candidate[] = [];
  const first = candidate(offset, text);
  if (first) found.push(first);
  if (!/^(?:```|~~~|\$\$|\\\[)/.test(text)) {
    for (const match of text.matchAll(turningInside)) {
      const inside = match.index > 0 ? candidate(offset + match.index, text.slice(match.index)) : undefined;
      if (inside) found.push(inside);
    }
  }
  return found;
}

function candidate(offset: number, text: string): Candidate | undefined {
  const label = labelOf(text);
  if (!/[\p{L}\p{N}]/u.test(label)) return undefined;
  const turning = turningStart.test(label);
  const words = /[\p{L}]{2}/u.test(label);
  return { offset, label, turning, weight: (turning ? 4 : 0) + (structureStart.test(text) ? 2 : 0) + (words ? 1 : -3) };
}

/** One entry in each stretch of the thought, the weightiest; stretches double, so entries go but never come back elsewhere. */
function thinned(all: readonly Candidate[], length: number): readonly OutlineEntry[] {
  let step = smallestStep;
  while (length > step * maxEntries) step *= 2;
  const kept: Candidate[] = [];
  for (const each of all) {
    const last = kept.at(-1);
    const near = last && (Math.floor(last.offset / step) === Math.floor(each.offset / step) || each.offset - last.offset < step / 4);
    // The beginning of the thought is always an entry.
    if (!near) kept.push(each);
    else if (each.weight > last.weight && kept.length > 1) kept[kept.length - 1] = each;
  }
  return kept.map(({ offset, label, turning }) => ({ offset, label, turning }));
}

const symbols: Readonly<Record<string, string>> = {
  ...{ le: '≤', leq: '≤', ge: '≥', geq: '≥', ne: '≠', neq: '≠', approx: '≈', equiv: '≡', times: '×', cdot: '·', pm: '±', to: '→' },
  ...{ in: '∈', infty: '∞', alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', theta: 'θ', lambda: 'λ', mu: 'μ', pi: 'π', sigma: 'σ' },
  ...{ omega: 'ω', varepsilon: 'ε', epsilon: 'ε', phi: 'φ', ldots: '…', dots: '…', cdots: '…', quad: ' ', implies: '⇒', Rightarrow: '⇒' },
};

/** The first sentence without marks: short formulas as text, longer ones as an ellipsis. */
function labelOf(text: string): string {
  const head = text.slice(0, 400);
  if (/^(?:```|~~~)/.test(head)) return '';
  const plain = head
    .replace(/\$\$([^]*?)(?:\$\$|$)|\\\[([^]*?)(?:\\\]|$)|\$([^$\n]*)\$|\\\(([^]*?)(?:\\\)|$)/g, (_, ...parts: unknown[]) =>
      plainFormula(String(parts.slice(0, 4).find((part) => typeof part === 'string') ?? '')),
    )
    .replace(/\\begin\{[^]*$/, '…')
    .replace(/^(?:#{1,6}|>|[-*+]|\d{1,2}[.)])\s+/, '')
    .replace(/\*\*|__|`/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  return cut(plain);
}

function plainFormula(tex: string): string {
  const plain = tex.replace(/\\([a-zA-Z]+)/g, (whole, name: string) => symbols[name] ?? whole).replace(/\\[,;:! ]/g, ' ');
  return plain.length <= 32 && !/[\\{}&]/.test(plain) ? plain.trim() : '…';
}

function cut(plain: string): string {
  const sentence = /^(?:.{12,}?[.?!:](?=\s|$)|.{4,}?[。？！：])/u.exec(plain)?.[0] ?? plain;
  const whole = sentence.replace(/[.:。：,]$/, '');
  if (whole.length <= maxLabel) return whole;
  const space = whole.lastIndexOf(' ', maxLabel);
  return `${whole.slice(0, space > maxLabel / 2 ? space : maxLabel).replace(/[\s,;:]+$/, '')}…`;
}
