import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rules about whole pages; the panel is a part of the workbench's page, which has the headings and landmarks. */
const pageRules = ['page-has-heading-one', 'region', 'landmark-one-main'];

/** What axe-core finds wrong on the page as it is now. */
export async function axeViolations(page: Page): Promise<unknown[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async (off) => {
    const { axe } = window as unknown as { axe: { run(context: Document, options: unknown): Promise<AxeResults> } };
    const { violations } = await axe.run(document, {
      // What is right need not be described.
      resultTypes: ['violations'],
      rules: Object.fromEntries(off.map((rule) => [rule, { enabled: false }])),
    });
    return violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.slice(0, 5).map(({ html, any }) => [html.slice(0, 200), any[0]?.message]),
    }));
  }, pageRules);
}
