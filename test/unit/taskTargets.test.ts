import assert from 'node:assert/strict';
import { notationOf, notationTargets, otherProgrammingLanguages, remembered } from '../../src/core/taskTargets.ts';

describe('What a selection can be turned into', () => {
  it('is another programming language than its own', () => {
    assert.ok(otherProgrammingLanguages('python').includes('Rust'));
    assert.ok(!otherProgrammingLanguages('python').includes('Python'));
    assert.ok(otherProgrammingLanguages('cobol').includes('Python'));
  });

  it('is one of three notations, the document’s own last', () => {
    assert.deepEqual(notationTargets('latex'), ['Markdown', 'Typst', 'LaTeX']);
    assert.deepEqual(notationTargets('tex'), ['Markdown', 'Typst', 'LaTeX']);
    assert.deepEqual(notationTargets('markdown'), ['LaTeX', 'Typst', 'Markdown']);
    assert.deepEqual(notationTargets('plaintext'), ['Markdown', 'LaTeX', 'Typst']);
    assert.deepEqual(['typst', 'python'].map(notationOf), ['Typst', undefined]);
  });

  it('is remembered, the newest first, each once and not for ever', () => {
    assert.deepEqual(remembered(['b', 'a'], 'a', 5), ['a', 'b']);
    assert.deepEqual(remembered(['b', 'a'], 'c', 2), ['c', 'b']);
  });
});
