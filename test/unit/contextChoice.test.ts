import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Attachment } from '../../src/core/attachment.ts';
import { chooseContext, newToPrompt } from '../../src/core/contextChoice.ts';
import type { ContextPiece, CountedPiece } from '../../src/core/contextChoice.ts';
import { declarationAt, guessDefinition, headOf } from '../../src/core/declarations.ts';
import { namesUsed } from '../../src/core/identifiers.ts';
import { importsUsed, importStatements } from '../../src/core/importsUsed.ts';
import type { Range, Snapshot } from '../../src/core/snapshot.ts';

const lines = (first: number, last: number): Range => ({ start: { line: first, character: 0 }, end: { line: last, character: 99 } });
const piece = (label: string, uri: string, range: Range | undefined, relevance: number, text = label): ContextPiece => ({
  attachment: { kind: 'symbol', label, uri, fileName: uri, languageId: 'typescript', text, ...(range ? { range } : {}) },
  relevance,
});
const counted = (one: ContextPiece, tokens: number): CountedPiece => ({ ...one, tokens });
const labels = (chosen: readonly Attachment[]): string[] => chosen.map(({ label }) => label);

describe('What goes along under a budget', () => {
  it('is the most relevant that fits, and what is too long makes room for the next', () => {
    const pieces = [
      counted(piece('a', 'x', lines(1, 2), 0.9), 50),
      counted(piece('b', 'x', lines(3, 4), 0.8), 500),
      counted(piece('c', 'x', lines(5, 6), 0.1), 20),
    ];
    assert.deepEqual(labels(chooseContext(pieces, 100, 'own')), ['a', 'c']);
    assert.deepEqual(labels(chooseContext(pieces, 1000, 'own')), ['a', 'b', 'c']);
    assert.deepEqual(chooseContext(pieces, 0, 'own'), []);
  });

  it('stands in the order of the prompt: other files, then the question’s own, from top to bottom', () => {
    const pieces = [
      counted(piece('own 9', 'own', lines(9, 9), 0.9), 1),
      counted(piece('own 2', 'own', lines(2, 2), 0.1), 1),
      counted(piece('other 7', 'other', lines(7, 7), 0.5), 1),
      counted(piece('other 3', 'other', lines(3, 3), 0.8), 1),
    ];
    assert.deepEqual(labels(chooseContext(pieces, 100, 'own')), ['other 3', 'other 7', 'own 2', 'own 9']);
  });

  it('never costs more than the budget, and carries its tokens', () => {
    const some = fc.record({
      tokens: fc.integer({ min: 1, max: 300 }),
      relevance: fc.double({ min: 0, max: 1, noNaN: true }),
      uri: fc.constantFrom('a', 'b', 'c'),
    });
    fc.assert(
      fc.property(fc.array(some), fc.integer({ min: 0, max: 1000 }), (all, budget) => {
        const chosen = chooseContext(
          all.map(({ tokens, relevance, uri }, index) => counted(piece(String(index), uri, lines(index, index), relevance), tokens)),
          budget,
          'a',
        );
        const files = new Set(chosen.map(({ uri }) => uri)).size;
        assert.ok(chosen.reduce((sum, { tokens = 0 }) => sum + tokens, 20 * files) <= budget || chosen.length === 0);
      }),
    );
  });
});

describe('What the prompt has anyway', () => {
  const snapshot: Snapshot = {
    ...{ uri: 'own', fileName: 'own', languageId: 'typescript', version: 1, range: lines(10, 12), scope: 'selection', text: 'x' },
    ...{ eol: '\n', before: 'a\nb\n', after: '\nc\nd', diagnostics: [] },
  };
  const kept = (pieces: readonly ContextPiece[], task: 'explain' | 'ask' = 'explain', attachments: readonly Attachment[] = []): string[] =>
    newToPrompt(pieces, { task, text: '', snapshot, attachments }).map(({ attachment }) => attachment.label);

  it('is left out: the selection and the lines around it', () => {
    const pieces = [
      piece('inside', 'own', lines(11, 11), 1),
      piece('around', 'own', lines(8, 9), 1),
      piece('far', 'own', lines(2, 3), 1),
      piece('other', 'x', lines(11, 11), 1),
    ];
    assert.deepEqual(kept(pieces), ['far', 'other']);
    assert.deepEqual(kept(pieces, 'ask'), ['around', 'far', 'other'], 'a typed question has no lines around its selection');
  });

  it('is left out: what the user attached', () => {
    const { attachment } = piece('file', 'x', undefined, 1);
    assert.deepEqual(kept([piece('in it', 'x', lines(3, 4), 1)], 'explain', [{ ...attachment, kind: 'file' }]), []);
    assert.deepEqual(kept([piece('in it', 'x', lines(3, 4), 1)], 'explain', [{ ...attachment, range: lines(2, 9) }]), []);
    assert.deepEqual(kept([piece('beside', 'x', lines(8, 10), 1)], 'explain', [{ ...attachment, range: lines(2, 9) }]), ['beside']);
  });

  it('is left out: the same text, and a piece that lies in another', () => {
    const whole = piece('whole', 'x', lines(1, 9), 0.2, 'one\ntwo\nthree');
    const part = piece('part', 'x', lines(2, 2), 0.9, 'two');
    const [only, ...rest] = newToPrompt([part, whole, piece('again', 'y', lines(1, 1), 0.1, ' two ')], {
      task: 'explain',
      text: '',
      snapshot,
    });
    assert.equal(only?.attachment.label, 'whole');
    assert.equal(only?.relevance, 0.9, 'it is as relevant as what is in it');
    assert.deepEqual(
      rest.map(({ attachment }) => attachment.label),
      ['again'],
    );
    assert.deepEqual(kept([piece('blank', 'x', lines(1, 1), 1, ' \n')]), []);
  });
});

describe('Names that code uses', () => {
  const names = (code: string, languageId: string): string[] =>
    namesUsed(code, languageId).map(({ name, count }) => (count > 1 ? `${name}×${count}` : name));
  const cases: readonly (readonly [languageId: string, code: string, names: readonly string[]])[] = [
    ['typescript', 'const a = new Foo<Bar>(b.c); // Baz', ['a', 'Foo', 'Bar', 'b', 'c']],
    ['typescript', 'return `x` + "Hidden" + \'Secret\' /* Old\nOlder */ + x', ['x×2']],
    ['python', 'def f(self, x): # Comment\n    """Doc of it."""\n    return g(x) + 0xff', ['f', 'x×2', 'g']],
    ['rust', "fn f<'a>(x: &'a Str) -> Option<char> { Some('y') }", ['f', 'a×2', 'x', 'Str', 'Option', 'Some']],
    ['go', 'fmt.Println(x)', ['fmt', 'Println', 'x']],
    ['sql', 'select a -- b\nfrom c', ['select', 'a', 'c']],
    ['javascript', '$x + _y + été', ['$x', '_y', 'été']],
  ];
  for (const [languageId, code, expected] of cases)
    it(`are found in ${languageId}: ${code.split('\n')[0]}`, () => assert.deepEqual(names(code, languageId), expected));

  it('have the place of their first use', () => {
    const code = 'if (x) Foo(Foo)';
    assert.deepEqual(namesUsed(code, 'typescript'), [
      { name: 'x', offset: 4, count: 1 },
      { name: 'Foo', offset: 7, count: 2 },
    ]);
  });
});

describe('Imports that code uses', () => {
  const cases: readonly (readonly [name: string, file: string, used: string, found: readonly string[]])[] = [
    [
      'TypeScript',
      "import a from 'a';\nimport { b, c as d } from './b';\nimport * as e from 'e';\nimport type { F } from 'f';\n\nd();",
      'd F',
      ["import { b, c as d } from './b';", "import type { F } from 'f';"],
    ],
    ['TypeScript over several lines', "import {\n  a,\n  b,\n} from './b';\nb();", 'b', ["import {\n  a,\n  b,\n} from './b';"]],
    ['CommonJS', "const { x } = require('./x');\nconst y = 1;\n", 'x y', ["const { x } = require('./x');"]],
    [
      'Python',
      'import os.path\nimport numpy as np\nfrom a.b import (\n    c,\n    d as e,\n)\n',
      'np e',
      ['import numpy as np', 'from a.b import (\n    c,\n    d as e,\n)'],
    ],
    ['Java', 'import java.util.List;\nimport java.io.File;\n', 'List', ['import java.util.List;']],
    ['Rust', 'use std::{fmt, io::Read};\npub use crate::x::Y;\n', 'Read', ['use std::{fmt, io::Read};']],
    ['Go', 'import (\n\t"fmt"\n\tm "math/big"\n\t"net/http"\n)\n', 'http m', ['\tm "math/big"', '\t"net/http"']],
    ['none', 'x = 1\n', 'x', []],
    ['an unfinished one', 'import {\n a,\n', 'a', []],
  ];
  for (const [name, file, used, found] of cases)
    it(`are found: ${name}`, () => {
      const rows = file.split('\n');
      const statements = importsUsed(rows, new Set(used.split(' ')));
      assert.deepEqual(
        statements.map(({ firstLine, lastLine }) => rows.slice(firstLine, lastLine + 1).join('\n')),
        found,
      );
    });

  it('are looked for at the beginning of a file alone', () => {
    assert.equal(importStatements([...Array.from({ length: 500 }, () => ''), 'import a from "a";']).length, 0);
  });
});

describe('What a declaration says', () => {
  const rows = (text: string): string[] => text.split('\n');
  it('is all of a short one', () => {
    const file = rows('x\nexport interface A {\n  a: number;\n  b: string;\n}\ny');
    const { text, range } = declarationAt(file, lines(1, 4));
    assert.deepEqual([text, range.start.line, range.end.line], ['export interface A {\n  a: number;\n  b: string;\n}', 1, 4]);
  });

  it('is found from its name alone, by indentation', () => {
    const file = rows('def a():\n    return 1\n\n\ndef b(x):\n\n    return 2\nc = 3');
    const at = (line: number): string => declarationAt(file, { start: { line, character: 4 }, end: { line, character: 5 } }).text;
    assert.equal(at(4), 'def b(x):\n\n    return 2');
    assert.equal(at(7), 'c = 3');
  });

  it('is the outline of a long one', () => {
    const body = Array.from({ length: 12 }, (_, index) => `    line${index}();`);
    const file = rows(
      ['class A {', '  /** Doc. */', '  x = 1;', '  f(y) {', ...body, '  }', '', '  g() {', ...body, '  }', '}'].join('\n'),
    );
    assert.equal(declarationAt(file, lines(0, file.length - 1)).text, 'class A {\n  x = 1;\n  f(y) {\n  }\n  g() {\n  }\n}');
  });

  it('has a head: what stands before its body', () => {
    assert.equal(
      headOf(rows('/** Doc. */\nexport class A<T>\n  extends B {\n  x = 1;\n}'), lines(0, 4)).text,
      'export class A<T>\n  extends B {',
    );
    assert.equal(
      headOf(rows('@cached\ndef f(\n    x,\n    y,\n) -> int:\n    return 1'), lines(0, 5)).text,
      'def f(\n    x,\n    y,\n) -> int:',
    );
    assert.equal(headOf(rows('fn f(x: u8) -> u8 { x }'), lines(0, 0)).text, 'fn f(x: u8) -> u8 { x }');
  });

  it('can be guessed where no extension knows', () => {
    const file = rows('import x\nLIMIT: int = 3\nasync def run(a):\n    pass\nclass Big(Base):\n    pass\nif LIMIT == 3: run()');
    const line = (name: string): number | undefined => guessDefinition(file, name)?.start.line;
    assert.deepEqual([line('LIMIT'), line('run'), line('Big'), line('Base'), line('pass')], [1, 2, 4, undefined, undefined]);
  });
});
