/** Checks the mathematics of a text: finds its formulas, splits them into relations, decides each. */
import { findFormulas } from '../formulas.ts';
import { latexOfTypst } from '../typstMath.ts';
import type { CheckCount, CheckedFormula } from './checked.ts';
import { checkFormula, type FormulaToCheck } from './checkFormula.ts';
import { hasRelation, statesRelation } from './relations.ts';

export { checkFormula, type FormulaToCheck } from './checkFormula.ts';

export interface CheckTextOptions {
  /** The notation of the text; Markdown also has LaTeX's environments and `\(…\)`. */
  readonly notation: 'markdown' | 'latex' | 'typst';
  /** The problem's own text (question and selection): its relations are assumptions, not claims. */
  readonly given?: string;
}

/** How many formulas before one are kept as what it may suppose. */
const REMEMBERED = 8;

/** Words right before a formula by which it is posed or supposed, not claimed. */
const POSED =
  /\b(?:solve|solving|equations?|inequality|suppose|assume|assuming|given|if|let|when|where|whenever|condition|satisf\w+|such that|find|set|setting|consider|substitut\w+|want|need|whether|prove|show|would|cannot|can't|not|incorrectly|wrong\w*|mistake\w*|löse|gegeben|sei|falls|wenn)\b[^.!?:\n]{0,40}[:\s]*$/i;

/** The formulas of a text that have a relation, for a checker that runs them one by one under a time limit. */
export function formulasToCheck(text: string, options: CheckTextOptions): readonly FormulaToCheck[] {
  const assumptions = options.given === undefined ? [] : givenRelations(options.given);
  const found: FormulaToCheck[] = [];
  let suppositions: string[] = [];
  let sectionEnd = 0;
  for (const formula of findFormulas(text, options.notation)) {
    const source = text.slice(formula.contentStart, formula.contentEnd);
    const converted = options.notation === 'typst';
    const latex = converted ? latexOfTypst(source) : source;
    if (latex === undefined || !statesRelation(latex)) continue;
    // A new heading or case is a new situation.
    if (/^#{1,6}\s|^\\(?:sub)*section|\b(?:case|fall)\s+(?:\d|[ivx]+\b)/im.test(text.slice(sectionEnd, formula.start))) suppositions = [];
    sectionEnd = formula.end;
    const posed = POSED.test(text.slice(Math.max(0, formula.start - 80), formula.start));
    found.push({
      latex,
      start: formula.start,
      end: formula.end,
      ...(converted ? { converted } : { contentStart: formula.contentStart }),
      assumptions,
      ...(posed ? { posed } : {}),
      suppositions: suppositions.slice(-REMEMBERED),
    });
    suppositions.push(latex);
  }
  return found;
}

/** The relations of a problem: those of its formulas, and those that stand in its plain text. */
export function givenRelations(given: string): string[] {
  const formulas = findFormulas(given, 'markdown');
  const relations = formulas.map((one) => given.slice(one.contentStart, one.contentEnd)).filter(statesRelation);
  if (relations.length > 0) return relations;
  return given.split(/\n|(?<=[.;?!])\s|,\s+(?=[a-z]\b)/).flatMap((line) => plainRelation(line));
}

/** `Solve x^2 - 5x + 6 = 0 for x` */
function plainRelation(line: string): string[] {
  const match = /(?:^|\s)([-+(\d]|[a-zA-Z](?![a-zA-Z]{2}))[^=<>]*[=<>≤≥][^=a-zA-Z]*(?:\b[a-zA-Z]{1,2}\b[^a-zA-Z=]*)*/.exec(line);
  if (!match) return [];
  const text = match[0]
    .trim()
    .replace(/[.?!,;]+$/, '')
    .replace(/\s+(?:for|in)\s+[a-z]$/, '')
    .replace(/\*\*/g, '^')
    .replace(/\s+(?:for|in|and)\s*$/, '');
  return hasRelation(text) ? [text] : [];
}

/** All formulas of a text, one after the other. */
export function checkText(text: string, options: CheckTextOptions): readonly CheckedFormula[] {
  return formulasToCheck(text, options).map(checkFormula);
}

export function countChecks(formulas: readonly CheckedFormula[]): CheckCount {
  const count = { hold: 0, fail: 0, unchecked: 0 };
  for (const relation of formulas.flatMap((formula) => formula.relations)) {
    if (relation.verdict === 'true') count.hold++;
    else if (relation.verdict === 'false') count.fail++;
    else if (relation.reason.code !== 'definition') count.unchecked++;
  }
  return count;
}
