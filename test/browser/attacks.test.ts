import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../harness/settings.ts';
import { checkAttacks } from './attackCases.ts';
import type { AttackCase } from './attackCases.ts';
import { PanelPage } from './panelPage.ts';

const files = ['xss', 'markdown_links', 'urls', 'katex', 'pathological', 'commonmark', 'gfm', 'blns', 'prompt_injection'];

describe('Hostile and odd text in the panel', function () {
  // Pages that hang have a limit of their own, and several of them may follow each other.
  this.timeout(900_000);

  let panel: PanelPage;
  before(async () => {
    panel = await PanelPage.start();
  });
  after(() => panel.close());

  for (const name of files) {
    it(`does nothing but show every case of ${name}.json`, async () => {
      const file = path.join(repositoryRoot, 'test/fixtures/attacks', `${name}.json`);
      const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly AttackCase[];
      const results = await checkAttacks(panel, cases);
      assert.deepEqual(
        results.filter(({ problems }) => problems.length > 0),
        [],
      );
      assert.equal(results.length, cases.length);
    });
  }
});
