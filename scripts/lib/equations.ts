/** Runs files of cases and prints what went wrong: `npm run check:equations -- [--cases FILE|FOLDER]`. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { accuracyOf, readCases, runCase, type CaseResult } from './equationCases.ts';

/** More cases without a verdict than this part make the run fail. */
const mostUndecided = 0.15;

const { values } = parseArgs({ options: { cases: { type: 'string' } } });
const place = values.cases ?? path.join(import.meta.dirname, '../../test/fixtures/check');
const results = readCases(place).map(runCase);
const { wrong, undecided, decided } = accuracyOf(results);

const line = ({ case: { field, latex, expected, assumptions }, checked }: CaseResult): string => {
  const under = assumptions.length > 0 ? `   under ${assumptions.join(', ')}` : '';
  const reasons = checked.relations.filter((one) => one.verdict === checked.verdict).map(({ reason }) => reason.code);
  return `  ${field}: ${latex}${under}\n     expected ${expected}, got ${checked.verdict} (${[...new Set(reasons)].join(', ') || 'no relation'})`;
};
if (wrong.length > 0) console.log(`Wrong:\n${wrong.map(line).join('\n')}\n`);
if (undecided.length > 0) console.log(`Not decided (neither passed nor failed):\n${undecided.map(line).join('\n')}\n`);
const tooMany = 1 - decided > mostUndecided;
if (tooMany) console.log(`More than ${mostUndecided * 100} % of the cases with a verdict are not decided.`);
console.log(`${undecided.length} not decided, ${((1 - decided) * 100).toFixed(1)} % of those with a verdict`);
console.log(`${results.length - wrong.length - undecided.length} passed, ${wrong.length} failed`);
process.exitCode = wrong.length > 0 || tooMany ? 1 : 0;
