import assert from 'node:assert/strict';
import { diagnosticScope, findScope } from '../../src/core/scope.ts';
import type { Scope, SymbolNode } from '../../src/core/scope.ts';
import type { Position, Range } from '../../src/core/snapshot.ts';

/** `¦` marks the cursor. */
function parse(marked: string): { readonly lines: string[]; readonly position: Position } {
  const lines = marked.split('\n');
  const line = lines.findIndex((text) => text.includes('¦'));
  const character = lines[line]!.indexOf('¦');
  lines[line] = lines[line]!.replace('¦', '');
  return { lines, position: { line, character } };
}

function textOf(lines: readonly string[], range: Range): string {
  const taken = lines.slice(range.start.line, range.end.line + 1);
  taken[taken.length - 1] = taken.at(-1)!.slice(0, range.end.character);
  taken[0] = taken[0]!.slice(range.start.character);
  return taken.join('\n');
}

function taken(languageId: string, marked: string, symbols?: readonly SymbolNode[]): { scope: Scope | undefined; text: string } {
  const { lines, position } = parse(marked);
  const scope = findScope({ lines, languageId, position, symbols });
  return { scope, text: scope ? textOf(lines, scope.range) : '' };
}

interface Case {
  readonly it: string;
  readonly languageId: string;
  readonly document: string;
  readonly kind: Scope['kind'];
  readonly name?: string;
  readonly text: string;
}

function table(cases: readonly Case[]): void {
  for (const each of cases) {
    it(each.it, () => {
      const { scope, text } = taken(each.languageId, each.document);
      assert.deepEqual({ kind: scope?.kind, name: scope?.name, text }, { kind: each.kind, name: each.name ?? '', text: each.text });
    });
  }
}

describe('scope of a paragraph', () => {
  table([
    { it: 'goes from empty line to empty line', languageId: 'plaintext', document: 'a\n\nb\nc¦c\n\nd', kind: 'paragraph', text: 'b\ncc' },
    { it: 'takes lines of white space for empty', languageId: 'plaintext', document: 'a\n \t\nb¦\n  \nc', kind: 'paragraph', text: 'b' },
    { it: 'above is taken from an empty line', languageId: 'plaintext', document: 'a\n¦\nb', kind: 'paragraph', text: 'a' },
    { it: 'below is taken when it is nearer', languageId: 'plaintext', document: 'a\n\n\n¦\nb\nc', kind: 'paragraph', text: 'b\nc' },
    { it: 'ends with the document', languageId: 'plaintext', document: '\n\nlast¦', kind: 'paragraph', text: 'last' },
    {
      it: 'is what code outside of functions gives',
      languageId: 'python',
      document: 'x = 1\ny¦ = 2\n\nz = 3',
      kind: 'paragraph',
      text: 'x = 1\ny = 2',
    },
    {
      it: 'is a whole code block in Markdown, empty lines and fences included',
      languageId: 'markdown',
      document: 'Text\n```py\na\n\nb¦\n```\nmore',
      kind: 'paragraph',
      text: '```py\na\n\nb\n```',
    },
    {
      it: 'is no code block when the cursor stands behind it',
      languageId: 'markdown',
      document: '```py\na\n```\n\nmore¦',
      kind: 'paragraph',
      text: 'more',
    },
    {
      it: 'is the text alone beside an unclosed formula',
      languageId: 'markdown',
      document: 'cost $$ 5\n\nnext¦ one',
      kind: 'paragraph',
      text: 'next one',
    },
  ]);

  it('is undefined in a blank document', () => {
    for (const document of ['¦', '\n¦\n', '  ¦\n\t']) assert.equal(taken('latex', document).scope, undefined);
  });
});

describe('scope of an environment', () => {
  const align = '\\begin{align}\n  a &= b \\\\[2pt]\n  c &= d\n\\end{align}';
  table([
    {
      it: 'is the innermost one',
      languageId: 'latex',
      document: `\\begin{proof}\nText\n\\begin{align}\n  a &= b¦ \\\\[2pt]\n  c &= d\n\\end{align}\n\\end{proof}`,
      kind: 'environment',
      name: 'align',
      text: align,
    },
    {
      it: 'is the one around when the inner one has ended',
      languageId: 'latex',
      document: '\\begin{proof}\n\\begin{align}a\\end{align}\nso¦\n\\end{proof}',
      kind: 'environment',
      name: 'proof',
      text: '\\begin{proof}\n\\begin{align}a\\end{align}\nso\n\\end{proof}',
    },
    {
      it: 'passes over parts of formulas',
      languageId: 'latex',
      document: '\\begin{equation*}\nf = \\begin{cases} 1¦ \\\\ 2 \\end{cases}\n\\end{equation*}',
      kind: 'environment',
      name: 'equation*',
      text: '\\begin{equation*}\nf = \\begin{cases} 1 \\\\ 2 \\end{cases}\n\\end{equation*}',
    },
    {
      it: 'is never the document',
      languageId: 'latex',
      document: '\\begin{document}\n\nHe¦llo\n\n\\end{document}',
      kind: 'paragraph',
      text: 'Hello',
    },
    {
      it: 'is a formula between double dollars',
      languageId: 'markdown',
      document: 'so\n$$\nx¦^2\n$$\nend',
      kind: 'environment',
      name: '$$',
      text: '$$\nx^2\n$$',
    },
    {
      it: 'is a formula between brackets',
      languageId: 'latex',
      document: 'so \\[ x¦ \\] end',
      kind: 'environment',
      name: '\\[',
      text: '\\[ x \\]',
    },
    {
      it: 'is not begun by a line break with a length',
      languageId: 'latex',
      document: 'a \\\\[2pt]\nb¦ \\]',
      kind: 'paragraph',
      text: 'a \\\\[2pt]\nb \\]',
    },
    { it: 'is not begun by escaped dollars', languageId: 'latex', document: '\\$$ 5¦ \\$$', kind: 'paragraph', text: '\\$$ 5 \\$$' },
    {
      it: 'is not begun in a comment',
      languageId: 'latex',
      document: '% \\begin{align}\na¦\n% \\end{align}',
      kind: 'paragraph',
      text: '% \\begin{align}\na\n% \\end{align}',
    },
    {
      it: 'knows that verbatim text is no TeX',
      languageId: 'latex',
      document: '\\begin{verbatim}\n\\begin{x}\n50 % of¦ $$\n\\end{verbatim}',
      kind: 'environment',
      name: 'verbatim',
      text: '\\begin{verbatim}\n\\begin{x}\n50 % of $$\n\\end{verbatim}',
    },
    {
      it: 'survives an end without a beginning',
      languageId: 'latex',
      document: '\\begin{a}\n\\end{b}\nx¦\n\\end{a}',
      kind: 'environment',
      name: 'a',
      text: '\\begin{a}\n\\end{b}\nx\n\\end{a}',
    },
    {
      it: 'includes the indentation of its first line',
      languageId: 'latex',
      document: 'a\n  ¦ \\begin{b}\n   \\end{b}  \nc',
      kind: 'environment',
      name: 'b',
      text: '   \\begin{b}\n   \\end{b}  ',
    },
  ]);
});

describe('scope of a function without symbols', () => {
  const python =
    'import x\n\nclass A:\n    @cache\n    def f(self,\n          n):\n        a = 1\n\n        return a\n\n    def g(self): pass\n';
  const f = '    @cache\n    def f(self,\n          n):\n        a = 1\n\n        return a';
  const ts = [
    "import { a } from 'a';",
    'const limit = 3;',
    '/** Area. */',
    'export const area = (r: number): number => {',
    '  const text = `}${r}`; // }',
    '  return [1].map((x) => {',
    '    return x * r;',
    '  })[0];',
    '};',
    'class Shape {',
    '  private size = 1;',
    '  scale({ by, to }: Options): void {',
    '    if (by) {',
    '      this.size *= by;',
    '    }',
    '  }',
    '}',
  ].join('\n');
  const at = (document: string, place: string): string => document.replace(place, `${place}¦`);
  const areaText = ts.slice(ts.indexOf('/**'), ts.indexOf('\nclass'));
  table([
    {
      it: 'takes a Python method with its decorator',
      languageId: 'python',
      document: at(python, 'a = 1'),
      kind: 'function',
      name: 'f',
      text: f,
    },
    {
      it: 'takes it from an empty line within',
      languageId: 'python',
      document: python.replace('a = 1\n', 'a = 1\n¦'),
      kind: 'function',
      name: 'f',
      text: f,
    },
    { it: 'takes it from its decorator', languageId: 'python', document: at(python, '@ca'), kind: 'function', name: 'f', text: f },
    { it: 'takes it from its header', languageId: 'python', document: at(python, '          n)'), kind: 'function', name: 'f', text: f },
    {
      it: 'takes a function on one line',
      languageId: 'python',
      document: at(python, 'def g'),
      kind: 'function',
      name: 'g',
      text: '    def g(self): pass',
    },
    {
      it: 'takes no function from a class body',
      languageId: 'python',
      document: 'class A:\n    x = 1¦\n\n    def f(self):\n        pass',
      kind: 'paragraph',
      text: 'class A:\n    x = 1',
    },
    {
      it: 'takes the inner of two Python functions',
      languageId: 'python',
      document: 'def f():\n    def g():\n        return 1¦\n    return g',
      kind: 'function',
      name: 'g',
      text: '    def g():\n        return 1',
    },
    {
      it: 'takes a Ruby method with its end',
      languageId: 'ruby',
      document: 'class A\n  def f(x)\n    if x\n      1¦\n    end\n  end\nend',
      kind: 'function',
      name: 'f',
      text: '  def f(x)\n    if x\n      1\n    end\n  end',
    },
    {
      it: 'takes an arrow function bound to a name, not the callback in it',
      languageId: 'typescript',
      document: at(ts, 'return x'),
      kind: 'function',
      name: 'area',
      text: areaText,
    },
    {
      it: 'is not misled by braces in strings and comments',
      languageId: 'typescript',
      document: at(ts, '})[0]'),
      kind: 'function',
      name: 'area',
      text: areaText,
    },
    {
      it: 'takes a method with a destructured parameter, not the condition in it',
      languageId: 'typescript',
      document: at(ts, 'this.size'),
      kind: 'function',
      name: 'scale',
      text: ts.slice(ts.indexOf('  scale'), ts.length - 2),
    },
    {
      it: 'takes a C function with its type on the line above',
      languageId: 'c',
      document: '#include <a.h>\nstatic int\nadd(int a, int b)\n{\n  for (;;) { a++;¦ }\n}\nint x;',
      kind: 'function',
      name: 'add',
      text: 'static int\nadd(int a, int b)\n{\n  for (;;) { a++; }\n}',
    },
    {
      it: 'takes a C++ constructor with initialisers',
      languageId: 'cpp',
      document: 'Poly::Poly(int n) : size(n), data(new int[n]) {\n  fill();¦\n}',
      kind: 'function',
      name: 'Poly',
      text: 'Poly::Poly(int n) : size(n), data(new int[n]) {\n  fill();\n}',
    },
    {
      it: 'takes a Go method',
      languageId: 'go',
      document: 'package a\nfunc (s *Set) Add(x int) error {\n\tif x > 0 {\n\t\treturn nil¦\n\t}\n}',
      kind: 'function',
      name: 'Add',
      text: 'func (s *Set) Add(x int) error {\n\tif x > 0 {\n\t\treturn nil\n\t}\n}',
    },
    {
      it: 'takes a Rust function with lifetimes and attributes',
      languageId: 'rust',
      document:
        "impl<'a> A<'a> {\n    #[inline]\n    pub fn get<'b>(&'b self) -> Option<&'b str> {\n        match '{' { _ => None¦ }\n    }\n}",
      kind: 'function',
      name: 'get',
      text: "    #[inline]\n    pub fn get<'b>(&'b self) -> Option<&'b str> {\n        match '{' { _ => None }\n    }",
    },
    {
      it: 'takes a Java method',
      languageId: 'java',
      document: 'class A {\n  @Override\n  public int size() throws IOException {\n    return n;¦\n  }\n}',
      kind: 'function',
      name: 'size',
      text: '  @Override\n  public int size() throws IOException {\n    return n;\n  }',
    },
    {
      it: 'takes a JavaScript function in a script without semicolons alone',
      languageId: 'javascript',
      document: 'const a = 1\nfunction f() {\n  return a¦\n}',
      kind: 'function',
      name: 'f',
      text: 'function f() {\n  return a\n}',
    },
    {
      it: 'takes the paragraph of a language it does not know',
      languageId: 'cobol',
      document: 'f() {\n  a¦\n}',
      kind: 'paragraph',
      text: 'f() {\n  a\n}',
    },
  ]);
});

describe('scope by symbols', () => {
  const lines = (first: number, last: number): Range => ({ start: { line: first, character: 2 }, end: { line: last, character: 1 } });
  const node = (kind: string, name: string, range: Range, ...children: SymbolNode[]): SymbolNode => ({ kind, name, range, children });
  const document = 'class A {\n  // Adds.\n  f() {\n    each((x) => {\n      x¦;\n    });\n  }\n  x = 1;\n}\nconst g = () => {\n};';

  it('takes the innermost function that has a name', () => {
    const callback = node('function', 'each() callback', lines(3, 5));
    const symbols = [
      node(
        'class',
        'A',
        lines(0, 8),
        node('method', 'f(): void', { start: { line: 2, character: 2 }, end: { line: 6, character: 3 } }, callback),
      ),
    ];
    const { scope, text } = taken('typescript', document, symbols);
    assert.deepEqual([scope?.kind, scope?.name], ['function', 'f']);
    assert.equal(text, '  // Adds.\n  f() {\n    each((x) => {\n      x;\n    });\n  }');
  });

  it('takes a function without a name when there is no other', () => {
    const { scope } = taken('typescript', document, [node('function', '<function>', lines(3, 5))]);
    assert.deepEqual([scope?.kind, scope?.name, scope?.range.start.line], ['function', '', 3]);
  });

  it('takes a constant that holds a function', () => {
    const { scope } = taken('typescript', 'const g = () => {\n  a¦\n};', [node('constant', 'g', lines(0, 2))]);
    assert.deepEqual([scope?.kind, scope?.name], ['function', 'g']);
  });

  it('guesses when no symbol contains the cursor', () => {
    assert.equal(taken('python', 'def f():\n    a¦\n', []).scope?.name, 'f');
  });
});

describe('scope of a problem', () => {
  const at = (line: number): Range => ({ start: { line, character: 0 }, end: { line, character: 3 } });

  it('is the small function around it', () => {
    const { range, name } = diagnosticScope({ lines: ['x', 'def f():', '    a', '', '    b'], languageId: 'python', problem: at(2) });
    assert.deepEqual([name, range.start.line, range.end], ['f', 1, { line: 4, character: 5 }]);
  });

  it('is eight lines on either side in a long function', () => {
    const lines = ['def f():', ...Array.from({ length: 80 }, (_, index) => `    a${index}`)];
    const { range } = diagnosticScope({ lines, languageId: 'python', problem: at(40) });
    assert.deepEqual([range.start.line, range.end.line], [32, 48]);
  });

  it('ends at empty lines', () => {
    const lines = ['a', '', 'b', 'c', 'd', '', 'e'];
    const { range } = diagnosticScope({ lines, languageId: 'plaintext', problem: at(3) });
    assert.deepEqual(range, { start: { line: 2, character: 0 }, end: { line: 4, character: 1 } });
  });

  it('contains the whole problem, also beyond the end of the document', () => {
    const problem = { start: { line: 1, character: 0 }, end: { line: 9, character: 0 } };
    const { range } = diagnosticScope({ lines: ['a', 'b', '', 'c'], languageId: 'plaintext', problem });
    assert.deepEqual(range, { start: { line: 0, character: 0 }, end: { line: 3, character: 1 } });
  });
});
