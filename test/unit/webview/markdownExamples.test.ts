import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { marked, Parser } from 'marked';
import { lex, linkDefinitions } from '../../../webview/render/lexer.ts';

interface Example {
  readonly id: string;
  readonly input: string;
  readonly expected: string;
}

/** Equal for HTML that a browser shows alike. */
function normal(html: string): string {
  return html
    .replace(/ ?\/>/g, '>')
    .replace(/ align="(\w+)"| style="text-align: (\w+)"/g, '')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/\s*(<\/?(?:p|ul|ol|li|table|thead|tbody|tr|td|th|blockquote|h[1-6]|hr|pre|br)\b[^>]*>)\s*/g, '$1')
    .trim();
}

/** Where the dialect differs on purpose. */
function reasonToDiffer(input: string): string | undefined {
  if (/<[a-zA-Z/!?]/.test(input)) return 'tags are shown as they were written';
  if (/\$|\\[([]|\\begin\{/.test(input)) return 'formulas';
  return /(?<!~)~(?!~)/.test(input) ? 'one tilde means «about»' : undefined;
}

describe('The Markdown examples of CommonMark and GitHub', () => {
  for (const name of ['commonmark', 'gfm']) {
    it(`are read as marked reads them, in ${name}.json, but for tags, formulas and single tildes`, () => {
      const file = path.join(import.meta.dirname, '../../fixtures/attacks', `${name}.json`);
      const examples = JSON.parse(readFileSync(file, 'utf8')) as readonly Example[];
      const lost: string[] = [];
      const counts = { reached: 0, ours: 0, apart: 0 };
      for (const { id, input, expected } of examples) {
        const bySpecification = normal(marked.parse(input, { async: false }));
        if (bySpecification !== normal(expected)) continue;
        counts.reached += 1;
        if (reasonToDiffer(input) !== undefined) {
          counts.apart += 1;
          continue;
        }
        const ours = normal(new Parser().parse(lex(input, linkDefinitions(), false)));
        if (ours === bySpecification) counts.ours += 1;
        else lost.push(`${id}: ${ours} instead of ${bySpecification}`);
      }
      assert.deepEqual(lost, []);
      assert.ok(counts.reached > examples.length * 0.6 && counts.ours === counts.reached - counts.apart, JSON.stringify(counts));
    });
  }
});
