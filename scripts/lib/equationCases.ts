/** Files of cases for the check of equations, and what the check makes of them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { CheckedFormula, Verdict } from '../../src/core/check/checked.ts';
import { checkFormula, formulasToCheck, type FormulaToCheck } from '../../src/core/check/checkText.ts';

export interface EquationCase {
  /** The file's name without its ending. */
  readonly field: string;
  readonly latex: string;
  readonly expected: Verdict;
  readonly assumptions: readonly string[];
  /** As it stands in its text, with what that gives it; left out where the case is a formula alone. */
  readonly formula?: FormulaToCheck;
}

export interface CaseResult {
  readonly case: EquationCase;
  readonly checked: CheckedFormula;
  readonly ms: number;
}

/** As such files are written: the verdict as a word or a truth value, assumptions as a list, as one text, or left out. */
interface WrittenCase {
  readonly latex: string;
  readonly expected: Verdict | boolean;
  readonly assumptions?: string | readonly string[] | null;
}

/** A whole answer in Markdown, and what is expected of each of its formulas that has a relation. */
interface WrittenText {
  readonly text: string;
  /** The problem that it answers. */
  readonly given?: string;
  readonly expected: readonly (Verdict | boolean)[];
}

type Written = WrittenCase | WrittenText;

/** The cases of a JSON file, a list or `{ "cases": […] }`, or of all JSON files of a folder. Throws on what is neither. */
export function readCases(place: string): EquationCase[] {
  if (statSync(place).isDirectory()) {
    const files = readdirSync(place).filter((name) => name.endsWith('.json'));
    return files.toSorted().flatMap((name) => readCases(path.join(place, name)));
  }
  const content = JSON.parse(readFileSync(place, 'utf8')) as readonly Written[] | { readonly cases: readonly Written[] };
  const field = path.basename(place, '.json');
  return ('cases' in content ? content.cases : content).flatMap((written) => {
    if ('text' in written) return casesOfText(place, field, written);
    const { latex, expected, assumptions } = written;
    if (typeof latex !== 'string') throw new Error(`${place}: a case has neither "latex" nor "text".`);
    return [{ field, latex, expected: verdictOf(place, expected), assumptions: [assumptions ?? []].flat() }];
  });
}

function casesOfText(place: string, field: string, { text, given, expected }: WrittenText): EquationCase[] {
  const formulas = formulasToCheck(text, { notation: 'markdown', ...(given === undefined ? {} : { given }) });
  if (formulas.length !== expected.length) {
    const found = formulas.map(({ latex }) => latex).join('\n');
    throw new Error(`${place}: ${expected.length} verdicts for ${formulas.length} formulas with a relation:\n${found}`);
  }
  return formulas.map((formula, at) => {
    const { latex, assumptions } = formula;
    return { field, latex, expected: verdictOf(place, expected[at]), assumptions, formula };
  });
}

function verdictOf(place: string, expected: unknown): Verdict {
  const verdict = String(expected);
  if (verdict === 'true' || verdict === 'false' || verdict === 'unknown') return verdict;
  throw new Error(`${place}: an "expected" is none of true, false and unknown.`);
}

export function runCase(one: EquationCase): CaseResult {
  const { latex, assumptions } = one;
  const startedAt = performance.now();
  const checked = checkFormula(one.formula ?? { latex, start: 0, end: latex.length, assumptions });
  return { case: one, checked, ms: performance.now() - startedAt };
}

export interface Accuracy {
  readonly cases: number;
  /** Wrong: `true` said to be false, `false` said to be true, a verdict where nothing is known. */
  readonly wrong: readonly CaseResult[];
  /** Those of `wrong` that hold and are said not to. */
  readonly trueMarkedFalse: number;
  /** Part of those that do not hold which is found. */
  readonly caught: number;
  /** Part of those with a verdict that gets one. */
  readonly decided: number;
  /** With a verdict expected, and none given. */
  readonly undecided: readonly CaseResult[];
}

export function accuracyOf(results: readonly CaseResult[]): Accuracy {
  const wrong = results.filter(({ case: { expected }, checked: { verdict } }) => verdict !== expected && verdict !== 'unknown');
  const asked = results.filter(({ case: { expected } }) => expected !== 'unknown');
  const undecided = asked.filter(({ checked }) => checked.verdict === 'unknown');
  const isFalse = results.filter(({ case: { expected } }) => expected === 'false');
  return {
    cases: results.length,
    wrong,
    undecided,
    trueMarkedFalse: wrong.filter(({ case: { expected } }) => expected === 'true').length,
    caught: part(isFalse.filter(({ checked }) => checked.verdict === 'false').length, isFalse.length),
    decided: part(asked.length - undecided.length, asked.length),
  };
}

function part(count: number, all: number): number {
  return all === 0 ? 1 : count / all;
}
