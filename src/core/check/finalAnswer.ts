/** The final answer of a solution: what it is, whether two are the same, whether it solves the problem. */
import { findFormulas } from '../formulas.ts';
import type { CheckedFormula, CheckReason, Verdict } from './checked.ts';
import { checkFormula, type FormulaToCheck } from './checkFormula.ts';
import { givenRelations } from './checkText.ts';
import { answersMatch } from './sameAnswer.ts';
import { splitFormula, statesRelation } from './relations.ts';

export interface FinalAnswer {
  /** `\frac{1}{2}`, `x = 3`, `\{1, 2\}` */
  readonly latex: string;
  /** Its place in the text, in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The last `\boxed{…}` of a Markdown answer, else the result that its last formula ends with. */
export function finalAnswerOf(text: string): FinalAnswer | undefined {
  return boxedAnswer(text) ?? lastResult(text);
}

function boxedAnswer(text: string): FinalAnswer | undefined {
  let found: FinalAnswer | undefined;
  for (const match of text.matchAll(/\\f?boxed\s*\{/g)) {
    const contentStart = match.index + match[0].length;
    const end = closingBrace(text, contentStart);
    if (end === undefined) continue;
    const latex = text.slice(contentStart, end).trim();
    if (latex !== '') found = { latex, start: match.index, end: end + 1 };
  }
  return found;
}

/** The place of the brace that ends a group which begins behind its opening one. */
function closingBrace(text: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at;
  }
  return undefined;
}

/** What the last formula ends with: of `2x = 6 \implies x = 3` that is `x = 3`, of `a = b = 7` it is `7`. */
function lastResult(text: string): FinalAnswer | undefined {
  const formula = findFormulas(text, 'markdown').at(-1);
  if (!formula) return undefined;
  const content = text.slice(formula.contentStart, formula.contentEnd);
  const whole: FinalAnswer = { latex: content.trim(), start: formula.start, end: formula.end };
  if (!statesRelation(content)) return whole.latex === '' ? undefined : whole;
  try {
    const tokens = splitFormula(content).at(-1)?.tokens ?? [];
    const equals = tokens.findLastIndex((token) => token.kind === 'symbol' && token.text === '=');
    const chain = tokens.filter((token) => token.kind === 'symbol' && token.text === '=').length;
    const onlyName = equals === 1;
    const from = tokens[equals >= 0 && (chain > 1 || !onlyName) ? equals + 1 : 0];
    const to = tokens.at(-1);
    if (!from || !to) return whole;
    return { latex: content.slice(from.start, to.end), start: formula.contentStart + from.start, end: formula.contentStart + to.end };
  } catch {
    return whole;
  }
}

/** Whether two final answers (LaTeX) say the same: `1/2` is `0.5` is `\frac{2}{4}`, sets have no order. */
export function sameAnswer(a: string, b: string): boolean {
  return answersMatch(a, b);
}

/** What is asked for by these words is not the unknown itself. */
const SOMETHING_ELSE =
  /\b(?:sum|product|number of|how many|smallest|largest|greatest|least|positive|negative|difference|discriminant|distance|area|maximum|minimum|probability)\b/i;
const ASKS_FOR_UNKNOWN = /\b(?:solve|solutions?|roots?|zeros?|unknown|find|determine|what is|value of|löse|bestimme)\b/i;

/**
 * Puts a final answer back into the problem, where the problem (its text, Markdown with LaTeX) is an equation, a
 * system, an inequality, an integral, a derivative, a limit or a sum that can be decided.
 */
export function checkFinalAnswer(problem: string, answer: string): Judgement {
  const claim = finalAnswerClaim(problem, answer);
  return claim ? judgeFinalAnswer(checkFormula(claim)) : { verdict: 'unknown', reason: { code: 'undecided' } };
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: CheckReason;
}

/** What has to hold if the answer solves the problem, as a formula to be checked; undefined where the problem is no such one. */
export function finalAnswerClaim(problem: string, answer: string): FormulaToCheck | undefined {
  const assumptions = givenRelations(problem);
  const latex = claimOf(problem, answer, assumptions);
  return latex === undefined ? undefined : { latex, start: 0, end: latex.length, assumptions };
}

/** @param checked what came of `finalAnswerClaim` */
export function judgeFinalAnswer({ relations }: CheckedFormula): Judgement {
  const nothing = { verdict: 'unknown', reason: { code: 'undecided' } } as const;
  const wrong = relations.find((one) => one.verdict === 'false');
  if (wrong) return { verdict: 'false', reason: wrong.reason };
  const last = relations.at(-1);
  if (!last || relations.some((one) => one.verdict !== 'true' || one.reason.code === 'given')) return nothing;
  return { verdict: 'true', reason: last.reason };
}

/** The answer as a relation that the problem decides. */
function claimOf(problem: string, answer: string, assumptions: readonly string[]): string | undefined {
  const formulas = findFormulas(problem, 'markdown').map((one) => problem.slice(one.contentStart, one.contentEnd).trim());
  const asked = formulas.findLast(
    (one) => !statesRelation(one) && /[\d^+\-]|\\(?:frac|int|sum|lim|sqrt|sin|cos|log|ln|prod|binom)/.test(one),
  );
  if (statesRelation(answer)) return answer;
  if (asked !== undefined) return `${operated(problem, asked)} = ${answer}`;
  const derived = /\b(?:derivative|differentiate)\b/i.test(problem)
    ? /^\s*([a-zA-Z])\s*\(\s*([a-z])\s*\)\s*=/.exec(assumptions[0] ?? '')
    : null;
  if (derived) return `${derived[1] ?? ''}'(${derived[2] ?? ''}) = ${answer}`;
  if (assumptions.length === 0 || SOMETHING_ELSE.test(problem) || !ASKS_FOR_UNKNOWN.test(problem)) return undefined;
  const names = unknowns(assumptions);
  return names.length === 1 ? `${names[0] ?? ''} = ${answer}` : undefined;
}

/** What the words say is to be done with an expression. */
function operated(problem: string, expression: string): string {
  const variable = unknowns([expression])[0] ?? 'x';
  if (/\\(?:int|frac\{d|lim|sum)/.test(expression)) return expression;
  if (/\b(?:derivative|differentiate)\b/i.test(problem)) return `\\frac{d}{d${variable}}\\left(${expression}\\right)`;
  if (/\b(?:integrate|antiderivative|indefinite integral)\b/i.test(problem)) return `\\int \\left(${expression}\\right) d${variable}`;
  return expression;
}

/** The letters of relations, without those of commands, functions and constants. */
function unknowns(relations: readonly string[]): string[] {
  const letters = new Set<string>();
  for (const relation of relations) {
    for (const match of relation.replace(/\\[A-Za-z]+|\\text\s*\{[^}]*\}/g, ' ').matchAll(/[a-zA-Z]/g)) {
      if (!/[eid]/.test(match[0])) letters.add(match[0]);
    }
  }
  return [...letters];
}
