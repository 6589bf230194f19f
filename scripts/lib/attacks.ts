/**
 * `npm run check:attacks -- --cases FILE`: renders every case of a file of hostile text in the real panel. Ends with
 * `N passed, N failed`.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkAttacks } from '../../test/browser/attackCases.ts';
import type { AttackCase } from '../../test/browser/attackCases.ts';
import { PanelPage } from '../../test/browser/panelPage.ts';

const { values } = parseArgs({ options: { cases: { type: 'string' } } });
if (values.cases === undefined) {
  console.error('Name a file of cases: npm run check:attacks -- --cases test/fixtures/attacks/xss.json');
  process.exitCode = 2;
} else {
  const cases = JSON.parse(readFileSync(values.cases, 'utf8')) as readonly AttackCase[];
  const panel = await PanelPage.start();
  try {
    const results = await checkAttacks(panel, cases);
    for (const { id, problems, ms } of results) {
      if (problems.length === 0 && ms !== undefined) console.log(`  ✔ ${id}  ${ms} ms`);
      if (problems.length > 0) console.log(`  ✘ ${id}`);
      for (const problem of problems) console.log(`      ${problem}`);
    }
    const failed = results.filter(({ problems }) => problems.length > 0).length;
    console.log(`\n${results.length - failed} passed, ${failed} failed`);
    process.exitCode = failed > 0 ? 1 : 0;
  } finally {
    await panel.close();
  }
}
