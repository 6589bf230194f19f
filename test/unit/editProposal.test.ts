import assert from 'node:assert/strict';
import fc from 'fast-check';
import { editText, proposeEdit, pureInsertion, withHunk, withoutHunk, withUnreached } from '../../src/core/editProposal.ts';
import type { EditProposal } from '../../src/core/editProposal.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { textOf } from '../harness/trimmed.ts';

/** Lines `first` to `last` of a document, as they are read from an editor. */
function snap(document: string, first: number, last: number, languageId = 'python'): Snapshot {
  const lines = document.split(/\r?\n/);
  const eol = document.includes('\r\n') ? '\r\n' : '\n';
  return {
    uri: 'file:///a.py',
    fileName: 'a.py',
    languageId,
    version: 1,
    range: { start: { line: first, character: 0 }, end: { line: last, character: lines[last]!.length } },
    scope: 'selection',
    text: lines.slice(first, last + 1).join(eol),
    eol,
    before: lines
      .slice(0, first)
      .map((line) => line + eol)
      .join(''),
    after: lines
      .slice(last + 1)
      .map((line) => eol + line)
      .join(''),
    diagnostics: [],
    copies: 0,
  };
}

const source = 'x = 1\n\ndef f(a):\n    b = a\n    c = b\n    return c\n\ny = 2\n';

function proposed(document: string, newText: string, complete = true, version = 1): EditProposal {
  const snapshot = snap(source, 2, 5);
  const result = proposeEdit({
    kind: 'replace',
    answer: { kind: 'code', text: newText },
    snapshot,
    currentText: document,
    currentVersion: version,
    complete,
  });
  assert.ok(result.ok);
  return result.proposal;
}

describe('the text of an edit', () => {
  const snapshot = snap(source, 2, 5);
  it('is code alone, and nothing while the answer has none', () => {
    assert.equal(editText('Here it is:', snapshot, 'replace', true), undefined);
    assert.equal(editText('Here it is:\n\n```python\ndef f', snapshot, 'replace', false), undefined);
    assert.equal(textOf(editText('Here it is:\n\n```python\ndef f(a):\n    ret', snapshot, 'replace', false)), 'def f(a):');
    assert.equal(
      textOf(editText('```python\ndef f(a):\n    return a\n```\nShorter.', snapshot, 'replace', true)),
      'def f(a):\n    return a',
    );
  });

  it('is prose for prose', () => {
    const text = snap('One to add.\n\nMore.\n', 0, 0, 'markdown');
    assert.equal(textOf(editText('Two to add.', text, 'replace', true)), 'Two to add.');
    assert.equal(editText('Two to add.', text, 'replace', false), undefined);
  });
});

describe('a proposed edit', () => {
  it('shows the document as it would be', () => {
    const { before, after, hunks } = proposed(source, 'def f(a):\n    return a');
    assert.equal(before, source);
    assert.equal(after, 'x = 1\n\ndef f(a):\n    return a\n\ny = 2\n');
    assert.deepEqual(hunks, [{ start: 3, removed: ['    b = a', '    c = b', '    return c'], newStart: 3, added: ['    return a'] }]);
  });

  it('finds its place in a document that has changed elsewhere, and refuses where it is gone', () => {
    const moved = `# a line\n${source}`;
    assert.equal(proposed(moved, 'def f(a):\n    return a', true, 2).hunks[0]?.start, 4);
    const gone = proposeEdit({
      kind: 'replace',
      answer: { kind: 'code', text: 'z' },
      snapshot: snap(source, 2, 5),
      currentText: source.replace('b = a', 'b = -a'),
      currentVersion: 2,
      complete: true,
    });
    assert.deepEqual(gone, { ok: false, reason: { code: 'documentChanged', fileName: 'a.py' } });
  });

  it('deletes nothing while the answer is written that it has not passed', () => {
    const whole = 'def f(a):\n    b = 2 * a\n    c = b\n    return c';
    const lines = whole.split('\n');
    for (let count = 0; count <= lines.length; count += 1) {
      const { after } = proposed(source, lines.slice(0, count).join('\n'), false);
      assert.ok(after.includes('    return c\n'), after);
      if (count < 3) assert.ok(after.includes('    c = b\n'), after);
    }
    assert.equal(withUnreached('a one\nb two\nc three', 'a one\nb 2'), 'a one\nb 2\nb two\nc three');
    assert.equal(withUnreached('a one\nb two\nc three', 'a one\nb 2\nc three'), 'a one\nb 2\nc three');
    assert.equal(withUnreached('if (a) {\n}\nif (b) {\n}', 'while (c) {\n}\n'), 'while (c) {\n}\nif (a) {\n}\nif (b) {\n}');
    assert.equal(withUnreached('a one', ''), 'a one');
  });

  it('comes to the same by its hunks one by one, taken or left out in any order', () => {
    const line = fc.constantFrom('', '    }', '    a = 1', '    b = 2', '    return c');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.infiniteStream(fc.nat(9)), (body, choices) => {
        const newText = ['def f(a):', ...body, '    end'].join('\n');
        let proposal = proposed(source, newText);
        const wanted = proposal.after;
        let allTaken = true;
        while (proposal.hunks.length > 0) {
          const hunk = proposal.hunks[choices.next().value % proposal.hunks.length]!;
          const take = choices.next().value < 5;
          const { before, range } = proposal;
          const document = take
            ? before.slice(0, offset(before, range.start)) + withHunk(proposal, hunk).text + before.slice(offset(before, range.end))
            : before;
          const region = take
            ? withHunk(proposal, hunk)
            : { range, text: before.slice(offset(before, range.start), offset(before, range.end)) };
          const rest = take ? proposal.newText : withoutHunk(proposal, hunk);
          allTaken &&= take;
          const count = proposal.hunks.length;
          const lines = document.split('\n');
          const again = proposeEdit({
            kind: 'replace',
            answer: { kind: 'code', text: rest },
            snapshot: {
              ...snap(document, 0, 0),
              range: region.range,
              text: region.text,
              before: lines
                .slice(0, region.range.start.line)
                .map((each) => `${each}\n`)
                .join(''),
              after: document.slice(offset(document, region.range.end)),
            },
            currentText: document,
            currentVersion: 1,
            complete: true,
          });
          assert.ok(again.ok);
          proposal = again.proposal;
          assert.ok(proposal.hunks.length < count, 'each choice settles one');
        }
        assert.equal(proposal.before, proposal.after);
        if (allTaken) assert.equal(proposal.after, wanted);
        assert.ok(proposal.after.startsWith('x = 1\n\n') && proposal.after.endsWith('\n\ny = 2\n'));
      }),
      { numRuns: 300 },
    );
  });
});

function offset(text: string, { line, character }: { line: number; character: number }): number {
  return (
    text
      .split('\n')
      .slice(0, line)
      .reduce((sum, each) => sum + each.length + 1, 0) + character
  );
}

describe('a pure insertion', () => {
  const insertion = (before: string, after: string): unknown => pureInsertion({ before, after });
  it('is text that only comes in, within a line or behind one', () => {
    assert.deepEqual(insertion('a\nb\n', 'a\nx\ny\nb\n'), { position: { line: 0, character: 1 }, text: '\nx\ny' });
    assert.deepEqual(insertion('  first;\n', '  return first;\n'), { position: { line: 0, character: 2 }, text: 'return ' });
    assert.deepEqual(insertion('a', 'a\nb'), { position: { line: 0, character: 1 }, text: '\nb' });
    assert.deepEqual(insertion('f(a)\n\ng(b)\n', 'f(a)\n\nh(c)\n\ng(b)\n'), { position: { line: 0, character: 4 }, text: '\n\nh(c)' });
  });

  it('is none where something goes, where it comes in at two places, or above everything', () => {
    assert.equal(insertion('a\nb\n', 'a\n'), undefined);
    assert.equal(insertion('a b c', 'a x b y c'), undefined);
    assert.equal(insertion('a = 1\n', 'a = 2\n'), undefined);
    assert.equal(insertion('a = 1\n', 'x\na = 1\n'), undefined);
    assert.equal(insertion('a', 'a'), undefined);
  });

  it('gives the text after when it is put in', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '\n') }),
        fc.nat(20),
        fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1 }),
        (before, at, text) => {
          const place = Math.min(at, before.length);
          const after = before.slice(0, place) + text + before.slice(place);
          const found = pureInsertion({ before, after });
          if (!found) return;
          const start = offset(before, found.position);
          assert.equal(before.slice(0, start) + found.text + before.slice(start), after);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
