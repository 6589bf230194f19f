import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { faultsIn } from '../../scripts/lib/faults.mjs';
import { repositoryRoot } from '../harness/settings.ts';

describe('The table of faults', () => {
  const faults = faultsIn(readFileSync(path.join(repositoryRoot, 'docs/reliability.md'), 'utf8'));

  it('has each fault once, in order, with a test', () => {
    assert.deepEqual(
      faults.map(({ number }) => number),
      Array.from({ length: 75 }, (_, index) => index + 1),
    );
    assert.deepEqual(
      faults.filter(({ tests }) => tests.length === 0),
      [],
    );
  });

  it('names tests that exist', () => {
    // Titles that are put together stand as their parts in the source.
    const madeUp = ['every case of xss.json', 'every case of markdown_links.json', 'every case of urls.json'];
    const made = [
      ...['is started again after SIGSEGV', 'is started again after SIGABRT'],
      ...['stops a paragraph of 60 words', 'lets pass a multiplication table'],
    ];
    const missing = faults.flatMap(({ tests }) =>
      tests.filter(({ suite, file, title }) => {
        const source = readFileSync(path.join(repositoryRoot, 'test', suite, `${file}.test.ts`), 'utf8');
        return !source.includes(title) && ![...madeUp, ...made].includes(title);
      }),
    );
    assert.deepEqual(missing, []);
  });
});
