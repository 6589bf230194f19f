/**
 * Where a paragraph of many lines is cut in two, so that the page never lays out more than a few thousand characters
 * for the next word: a model that counts writes one paragraph of thirty thousand tokens. Pure: no DOM.
 */

/** Characters after which a paragraph is cut at the next line end that allows it. */
export const longestParagraph = 2_000;

/** A line that is part of a paragraph wherever it stands: it begins with a word, and with no number of a list. */
const plainLine = /^ {0,3}(?!\d{1,9}[.)](?:\s|$))[\p{L}\p{N}]/u;

/**
 * A line that a paragraph takes in, but marked's setext heading does not: a list's number other than 1, an empty item,
 * half of a table. After it a line of `===` is text in the whole paragraph, and would be a heading in a piece of it.
 */
const noHeadingLine = /^ {0,3}(?:[*+>#<|:-]|\d{1,9}[.)](?:\s|$)|`{3}|~{3})|^[:\- ]*\|/;

/**
 * The same cuts come out of every longer beginning of the same paragraph, so they are final as soon as they are found.
 * @param paragraph its source from the first line on
 * @param ended no more of it will come; else only a line with its line end counts
 * @returns offsets at which a new piece begins, in order
 */
export function cutsIn(paragraph: string, ended: boolean, longest = longestParagraph): number[] {
  // What begins so may still turn into a definition, whose title has any length.
  if (paragraph.length <= longest || /^ {0,3}\[/.test(paragraph)) return [];
  const cuts: number[] = [];
  let begin = 0;
  let marks = noMarks;
  for (let line = 0, end = paragraph.indexOf('\n') + 1; end > 0;) {
    if (noHeadingLine.test(paragraph.slice(line, end))) break;
    marks = added(marks, paragraph.slice(line, end));
    const nextEnd = paragraph.indexOf('\n', end) + 1;
    const next = paragraph.slice(end, nextEnd > 0 ? nextEnd : undefined);
    if (nextEnd === 0 && !ended) break;
    if (end - begin >= longest && marks.every((open) => open === 0) && plainLine.test(next)) {
      cuts.push(end);
      begin = end;
    }
    line = end;
    end = nextEnd;
  }
  return cuts;
}

/** Marks that are open: runs of back-ticks, dollars, stars, underlines and tildes (0 or 1); brackets and environments (a depth). */
type Marks = readonly number[];
const noMarks: Marks = [0, 0, 0, 0, 0, 0, 0, 0];

/** A cut inside of code, a formula, emphasis or a link would show its marks as text. */
function added(marks: Marks, line: string): Marks {
  const count = (pattern: RegExp): number => line.match(pattern)?.length ?? 0;
  const parity = [/`+/g, /(?<!\\)\$/g, /\*+(?=\S)|(?<=\S)\*+/g, /_+(?=\S)|(?<=\S)_+/g, /~~/g].map(count);
  const depth = [count(/\[/g) - count(/\]/g), count(/\\[([]/g) - count(/\\[)\]]/g), count(/\\begin\{/g) - count(/\\end\{/g)];
  return [...parity.map((number, index) => ((marks[index] ?? 0) + number) % 2), ...depth.map((by, index) => (marks[index + 5] ?? 0) + by)];
}
