/** The accuracy of the check of equations by field, and what a formula takes. Prints JSON on its last line. */
import path from 'node:path';
import { accuracyOf, readCases, runCase } from '../../scripts/lib/equationCases.ts';

export interface CheckFigures {
  readonly fields: readonly FieldFigures[];
  /** Milliseconds a formula, on the second run of all, so that the code is warm as in a session. */
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  readonly worst: string;
}

export interface FieldFigures {
  readonly field: string;
  readonly cases: number;
  readonly wrong: number;
  readonly trueMarkedFalse: number;
  readonly caught: number;
  readonly decided: number;
}

const cases = readCases(path.join(import.meta.dirname, '../fixtures/check'));
const first = cases.map(runCase);
const times = cases.map(runCase).toSorted((a, b) => a.ms - b.ms);
const fields = [...new Set(cases.map(({ field }) => field)), undefined].map((field): FieldFigures => {
  const { wrong, ...rest } = accuracyOf(field === undefined ? first : first.filter((one) => one.case.field === field));
  const { cases: count, trueMarkedFalse, caught, decided } = rest;
  return { field: field ?? 'all', cases: count, wrong: wrong.length, trueMarkedFalse, caught, decided };
});
const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))]?.ms ?? 0;
const figures: CheckFigures = { fields, medianMs: at(0.5), p99Ms: at(0.99), worstMs: at(1), worst: times.at(-1)?.case.latex ?? '' };
console.log(JSON.stringify(figures));
