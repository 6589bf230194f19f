/** Fits code from the model to the indentation of the place it goes to. Lines only; line ends are the caller's. */

/** How the file indents. `width` is the number of columns of one level. */
export interface IndentStyle {
  readonly tabs: boolean;
  readonly width: number;
}

/** White space at the beginning of a line. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** The longest white space that all lines with text begin with. */
export function commonIndent(lines: readonly string[]): string {
  let common: string | undefined;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const indent = indentOf(line);
    if (common === undefined) common = indent;
    while (!indent.startsWith(common)) common = common.slice(0, -1);
  }
  return common ?? '';
}

/**
 * The style of a stretch of the document: tabs when more lines begin with a tab than with spaces, and the smallest
 * step between neighbouring lines, from 2 to 8 columns; 4 when no step shows.
 */
export function indentStyle(lines: readonly string[]): IndentStyle {
  let tabs = 0;
  let spaces = 0;
  let width = Number.POSITIVE_INFINITY;
  let previous = 0;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const indent = indentOf(line);
    if (indent.startsWith('\t')) tabs += 1;
    else if (indent.startsWith('  ')) spaces += 1;
    if (!indent.includes('\t')) {
      const step = Math.abs(indent.length - previous);
      if (step >= 2 && step <= 8) width = Math.min(width, step);
      previous = indent.length;
    }
  }
  return { tabs: tabs > spaces, width: Number.isFinite(width) ? width : 4 };
}

/**
 * Moves a block of code to another base indentation, keeping its inner indentation in the style of the document.
 * @param base the white space that the outermost lines are to begin with
 * @param style absent: nothing is known of the document, and the block's own style stays
 */
export function rebase(lines: readonly string[], base: string, style: IndentStyle | undefined): string[] {
  const common = commonIndent(lines);
  const own = indentStyle(lines);
  return lines.map((line) => {
    if (line.trim() === '') return '';
    const indent = indentOf(line);
    return base + restyle(indent.slice(common.length), own, style) + line.slice(indent.length);
  });
}

function restyle(indent: string, own: IndentStyle, style: IndentStyle | undefined): string {
  if (!style || indent === '') return indent;
  if (!style.tabs) return indent.replaceAll('\t', ' '.repeat(style.width));
  if (!indent.startsWith(' ')) return indent;
  const levels = Math.floor(indent.length / own.width);
  return '\t'.repeat(levels) + indent.slice(levels * own.width);
}

/**
 * Repairs a block whose first line was written without its indentation and the others with it, as models do that copy
 * a selection beginning at the first character of its line. Recognised only when the other lines stand exactly where
 * those of the selection stand, and either the first line is that of the selection or they stand deeper than one level.
 * @param selection lines of the selection, its first line with its full indentation
 */
export function restoreFirstIndent(block: readonly string[], selection: readonly string[]): readonly string[] {
  const [first, ...rest] = block;
  const [selectedFirst, ...selectedRest] = selection;
  if (first === undefined || selectedFirst === undefined) return block;
  const base = indentOf(selectedFirst);
  const restIndent = commonIndent(rest);
  if (base === '' || indentOf(first) !== '' || restIndent === '' || restIndent !== commonIndent(selectedRest)) return block;
  const deep = restIndent.length > base.length && restIndent.length > indentStyle(selection).width;
  const repaired = first.trim() === selectedFirst.trim() || deep || (restIndent === base && (closesBlock(rest) || stepsBack(rest)));
  return repaired ? [base + first, ...rest] : block;
}

/** The lines begin deeper than others of them stand: those cannot all be inside what the line before them opened. */
function stepsBack(lines: readonly string[]): boolean {
  const [second] = lines.filter((line) => line.trim() !== '');
  return second !== undefined && indentOf(second) !== commonIndent(lines);
}

/** The last line is a closing bracket, as deep as the line that opened it. */
function closesBlock(lines: readonly string[]): boolean {
  const last = lines.findLast((line) => line.trim() !== '');
  return last !== undefined && /^\s*[}\])]/.test(last) && indentOf(last) === commonIndent(lines);
}
