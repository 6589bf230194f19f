import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TrimmedAnswer } from '../../src/core/answer.ts';
import { DocumentText } from '../../src/core/documentText.ts';
import { planEdit } from '../../src/core/editPlan.ts';
import type { EditPlan, EditRequest } from '../../src/core/editPlan.ts';
import type { Position, Range, Snapshot } from '../../src/core/snapshot.ts';

const code = (text: string): TrimmedAnswer => ({ kind: 'code', text });
const prose = (text: string): TrimmedAnswer => ({ kind: 'prose', text });

/** The snapshot of lines `first` to `last` of a document, as the editor's side takes it. */
function snap(document: string, first: number, last: number, languageId = 'python'): Snapshot {
  const eol = document.includes('\r\n') ? '\r\n' : '\n';
  const lines = document.split(eol);
  const text = lines.slice(first, last + 1).join(eol);
  const before = lines.slice(Math.max(0, first - 20), first);
  const after = lines.slice(last + 1, last + 21);
  return {
    uri: 'file:///a.py',
    fileName: 'a.py',
    languageId,
    version: 1,
    range: { start: { line: first, character: 0 }, end: { line: last, character: lines[last]!.length } },
    scope: 'selection',
    text,
    eol,
    before: before.map((line) => line + eol).join(''),
    after: after.map((line) => eol + line).join(''),
    diagnostics: [],
    copies: document.split(text).length - 2,
  };
}

function replaced(currentText: string, snapshot: Snapshot, currentVersion = 2, text = 'NEW'): EditPlan {
  return planEdit({ kind: 'replace', answer: code(text), snapshot, currentText, currentVersion });
}

/** The document after the edit, as VS Code would make it. */
function applied(document: string, plan: EditPlan): string {
  assert.ok(plan.ok, 'the edit was refused');
  const crlf = document.includes('\r\n');
  const text = new DocumentText(document);
  const result =
    text.text.slice(0, text.offsetAt(plan.range.start)) +
    plan.newText.replaceAll('\r\n', '\n') +
    text.text.slice(text.offsetAt(plan.range.end));
  return crlf ? result.replaceAll('\n', '\r\n') : result;
}

describe('planEdit replacing', () => {
  const document = 'import a\n\ndef f():\n    return 1\n\nprint(f())\n';
  const original = snap(document, 2, 3);

  it('takes the range that was asked about in an unchanged document', () => {
    const plan = replaced(document, original, 1);
    assert.deepEqual(plan, { ok: true, range: original.range, newText: 'NEW' });
  });

  it('finds the text again below added lines', () => {
    assert.equal(applied(`x\ny\n${document}`, replaced(`x\ny\n${document}`, original)), 'x\ny\nimport a\n\nNEW\n\nprint(f())\n');
  });

  it('finds it where it was moved to', () => {
    const moved = 'import a\n\nprint(f())\n# here\ndef f():\n    return 1\n';
    assert.equal(applied(moved, replaced(moved, original)), 'import a\n\nprint(f())\n# here\nNEW\n');
  });

  it('finds it in a document whose line ends were changed', () => {
    const crlf = `x\n${document}`.replaceAll('\n', '\r\n');
    assert.equal(applied(crlf, replaced(crlf, original, 2, 'a\nb')), 'x\r\nimport a\r\n\r\na\r\nb\r\n\r\nprint(f())\r\n');
  });

  it('refuses when the text itself was changed', () => {
    const plan = replaced(document.replace('return 1', 'return 2'), original);
    assert.deepEqual(plan, { ok: false, reason: { code: 'documentChanged', fileName: 'a.py' } });
  });

  it('refuses when the text was changed and stands unchanged in another place', () => {
    const two = `${document}\nclass B:\n    pass\n\ndef f():\n    return 1\n`;
    assert.equal(replaced(two.replace('return 1', 'return 2'), snap(two, 2, 3)).ok, false);
  });

  it('refuses in a document that was closed and opened again with other text, though its version is the same', () => {
    assert.equal(replaced('other\ntext\nentirely\n', original, 1).ok, false);
  });

  it('tells places with the same text by what stands around them', () => {
    const two =
      'class Alpha:\n    size = 1\n    return None\n    # end alpha\n\nclass Beta:\n    width = 2\n    return None\n    # end beta\n';
    const now = `# a comment\n${two}`;
    assert.equal(
      applied(now, replaced(now, snap(two, 7, 7))),
      now.replace('return None\n    # end beta', 'x').replace('    x', 'NEW\n    # end beta'),
    );
  });

  it('refuses when places with the same text cannot be told apart', () => {
    const many = Array.from({ length: 60 }, () => 'x += 1').join('\n');
    assert.equal(replaced(`y\n${many}`, snap(many, 30, 30)).ok, false);
  });

  it('refuses when something was typed right before or behind the text, or the line was cut there', () => {
    for (const now of ['a\nxx\nc', 'a\nx \nc', 'a\nx(\nc', 'a\n x\nc']) assert.equal(replaced(now, snap('a\nx\nc', 1, 1)).ok, false, now);
    const long = 'first line of the text\nlast line = 1';
    assert.equal(replaced(`a\n${long}0\nc`, snap(`a\n${long}\nc`, 1, 2)).ok, false);
  });

  it('refuses without a question', () => {
    const plan = planEdit({ kind: 'replace', answer: code('a'), snapshot: undefined, currentText: '', currentVersion: 1 });
    assert.deepEqual(plan, { ok: false, reason: { code: 'noEditor' } });
  });

  const line = fc.constantFrom('def f():', '    return 1', '', '}', 'for i in range(3):', '    pass', 'x = "😀"', 'é = 1');
  const fresh = fc.constantFrom('new 1', 'new 2', '', '😀😀');
  const edit = fc.record({ above: fc.boolean(), at: fc.nat(), remove: fc.nat({ max: 3 }), add: fc.array(fresh, { maxLength: 4 }) });
  const setting = fc.record({
    lines: fc.array(line, { minLength: 1, maxLength: 40 }),
    first: fc.nat(),
    length: fc.nat({ max: 4 }),
    edits: fc.array(edit, { minLength: 1, maxLength: 4 }),
    eol: fc.constantFrom('\n', '\r\n'),
    tail: fc.constantFrom('', '\n'),
  });

  it('never hits anything but the original text, whatever is edited elsewhere', () => {
    let hits = 0;
    fc.assert(
      fc.property(setting, ({ lines, first, length, edits, eol, tail }) => {
        const from = first % lines.length;
        const to = Math.min(lines.length - 1, from + length);
        const document = lines.join(eol) + tail.replace('\n', eol);
        const above = lines.slice(0, from);
        const below = [...lines.slice(to + 1), ...(tail ? [''] : [])];
        for (const { above: up, at, remove, add } of edits) {
          const side = up ? above : below;
          side.splice(at % (side.length + 1), remove, ...add);
        }
        const now = [...above, ...lines.slice(from, to + 1), ...below].join(eol);
        const plan = replaced(now, snap(document, from, to));
        if (!plan.ok) return;
        hits += 1;
        const range: Range = {
          start: { line: above.length, character: 0 },
          end: { line: above.length + to - from, character: lines[to]!.length },
        };
        assert.deepEqual(plan.range, range);
      }),
      { numRuns: 500 },
    );
    assert.ok(hits > 100, `${hits} of 500 were found again`);
  });

  it('finds every text again in a document whose lines are all different', () => {
    fc.assert(
      fc.property(setting, ({ lines, first, length, edits, eol }) => {
        const numbered = lines.map((text, index) => `${text} # a line of its very own, number ${index}`);
        const from = first % numbered.length;
        const to = Math.min(numbered.length - 1, from + length);
        const above = numbered.slice(0, from);
        for (const { at, remove, add } of edits) above.splice(at % (above.length + 1), remove, ...add);
        const now = [...above, ...numbered.slice(from)].join(eol);
        const plan = replaced(now, snap(numbered.join(eol), from, to));
        assert.ok(plan.ok);
        assert.equal(plan.range.start.line, above.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('planEdit inserting', () => {
  interface Case {
    readonly it: string;
    /** `¦` marks the cursor. */
    readonly document: string;
    readonly answer: TrimmedAnswer;
    readonly languageId?: string;
    readonly result: string;
  }
  const cases: readonly Case[] = [
    { it: 'fills an empty document', document: '¦', answer: code('a\nb'), result: 'a\nb' },
    { it: 'fills an empty line', document: 'x\n¦\ny', answer: code('a\nb'), result: 'x\na\nb\ny' },
    { it: 'begins a new line behind code', document: 'x¦\ny', answer: code('a\nb'), result: 'x\na\nb\ny' },
    { it: 'makes a line of its own before code', document: '¦x', answer: code('a\nb'), result: 'a\nb\nx' },
    { it: 'does not double the indentation of the line', document: '    ¦\n', answer: code('    a\n    b'), result: '    a\n    b\n' },
    { it: 'goes on within a line', document: 'x = (¦)', answer: code('a'), result: 'x = (a)' },
    { it: 'goes on behind a blank', document: 'x = ¦\n', answer: code('a'), result: 'x = a\n' },
    { it: 'sets prose apart by empty lines', document: 'x¦\ny', answer: prose('a\nb'), languageId: 'latex', result: 'x\n\na\nb\n\ny' },
    {
      it: 'adds no empty line to one that is there',
      document: 'x\n\n¦\n\ny',
      answer: prose('a'),
      languageId: 'markdown',
      result: 'x\n\na\n\ny',
    },
    {
      it: 'sets prose apart at the beginning of a line',
      document: 'x\n¦y',
      answer: prose('a'),
      languageId: 'markdown',
      result: 'x\n\na\n\ny',
    },
    { it: 'leaves prose in code without empty lines', document: 'x¦\ny', answer: prose('a'), languageId: 'python', result: 'x\na\ny' },
    { it: 'uses the line ends of the document', document: 'x¦\r\ny', answer: code('a\nb'), result: 'x\r\na\r\nb\r\ny' },
    { it: 'counts characters as the editor does', document: '😀😀¦\n', answer: code('a'), result: '😀😀\na\n' },
  ];
  for (const each of cases)
    it(each.it, () => {
      const [before = ''] = each.document.split('¦');
      const current = each.document.replace('¦', '');
      const cursor: Position = { line: before.split('\n').length - 1, character: before.split('\n').at(-1)!.length };
      const request: EditRequest = {
        kind: 'insert',
        answer: each.answer,
        snapshot: { ...snap('x', 0, 0), languageId: each.languageId ?? 'python' },
        currentText: current,
        currentVersion: 1,
        cursor,
      };
      assert.equal(applied(current, planEdit(request)), each.result);
    });

  it('goes behind the text that was asked about when there is no cursor', () => {
    const plan = planEdit({
      kind: 'insert',
      answer: code('NEW'),
      snapshot: snap('a\nb\nc', 1, 1),
      currentText: 'x\na\nb\nc',
      currentVersion: 2,
    });
    assert.equal(applied('x\na\nb\nc', plan), 'x\na\nb\nNEW\nc');
  });
});

describe('DocumentText', () => {
  it('turns offsets into positions and back', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '😀', '\n', '\r\n', '')), fc.nat(), (parts, seed) => {
        const document = new DocumentText(parts.join(''));
        const offset = seed % (document.text.length + 1);
        const position = document.positionAt(offset);
        assert.equal(document.offsetAt(position), offset);
        assert.equal(
          document.text.split('\n')[position.line]!.slice(0, position.character),
          document.line(position.line).slice(0, position.character),
        );
      }),
    );
  });

  it('moves positions beyond the text back into it', () => {
    const document = new DocumentText('ab\nc');
    assert.deepEqual([document.offsetAt({ line: 0, character: 9 }), document.offsetAt({ line: 7, character: 0 })], [2, 4]);
    assert.deepEqual(document.positionAt(99), { line: 1, character: 1 });
  });
});
