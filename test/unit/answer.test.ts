import assert from 'node:assert/strict';
import fc from 'fast-check';
import { answerBlocks, suggestedEdit, trimAnswer } from '../../src/core/answer.ts';
import type { TrimOptions } from '../../src/core/answer.ts';
import { matchLanguage } from '../../src/core/codeLanguages.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { textOf } from '../harness/trimmed.ts';

function snapshot(text: string, changes: Partial<Snapshot> = {}): Snapshot {
  const lines = text.split(/\r?\n/);
  return {
    uri: 'file:///a',
    fileName: 'a',
    languageId: 'python',
    version: 1,
    range: { start: { line: 0, character: 0 }, end: { line: lines.length - 1, character: lines.at(-1)!.length } },
    scope: 'selection',
    text,
    eol: '\n',
    before: '',
    after: '',
    diagnostics: [],
    ...changes,
  };
}

const fence = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``;

interface Case {
  readonly it: string;
  readonly answer: string;
  readonly of?: Snapshot;
  readonly options?: TrimOptions;
  readonly text: string | undefined;
  readonly kind?: 'code' | 'prose';
  readonly refused?: string;
}

function table(cases: readonly Case[]): void {
  for (const each of cases)
    it(each.it, () => {
      const trimmed = trimAnswer(each.answer, each.of, each.options);
      assert.equal(textOf(trimmed), each.text);
      assert.equal(trimmed?.kind === 'refused' ? trimmed.because : undefined, each.refused);
      if (each.kind) assert.equal(trimmed?.kind, each.kind);
    });
}

const tex = snapshot('x', { languageId: 'latex' });
const markdown = snapshot('x', { languageId: 'markdown' });
const replace: TrimOptions = { kind: 'replace' };

describe('trimAnswer on thoughts and tags', () => {
  table([
    { it: 'removes a closing tag at the beginning', answer: '</think>\n\nFour.', text: 'Four.' },
    { it: 'removes a whole thought', answer: '<think>\nHm.\n</think>\n\nFour.', text: 'Four.' },
    { it: 'removes a thought whose opening tag is missing', answer: 'Hm, 2 + 2.\n</think>\n\nFour.', text: 'Four.' },
    { it: 'gives nothing for an unclosed thought', answer: '<think>\nHm', text: undefined },
    { it: 'removes control tokens at both ends', answer: '[gMASK]<sop><|assistant|>\nFour.<|user|> <|endoftext|>\n', text: 'Four.' },
    { it: 'refuses a tag within a sentence', answer: 'The tag </think> ends it.', text: undefined, refused: 'controlToken' },
    {
      it: 'refuses a tag within code',
      answer: fence('py', 'a = """\n</think>\n"""'),
      of: snapshot('a = 1'),
      text: undefined,
      refused: 'controlToken',
    },
    {
      it: 'refuses a tag at the end of a line of code',
      answer: fence('py', 'end = "</think>'),
      of: snapshot('a = 1'),
      text: undefined,
      refused: 'controlToken',
    },
    {
      it: 'refuses a tag in the code of a prose document',
      answer: `So:\n\n${fence('', 'a\n</think>\nb')}`,
      of: markdown,
      text: undefined,
      refused: 'controlToken',
    },
    { it: 'takes away a tag on the last line of code', answer: fence('py', 'a = 2\n</think>'), of: snapshot('a = 1'), text: 'a = 2' },
    {
      it: 'keeps tags that the selection is about',
      answer: '</think>\nends a thought.',
      of: snapshot('a </think> b', { languageId: 'markdown' }),
      text: '</think>\nends a thought.',
    },
    { it: 'gives nothing for an empty answer', answer: ' \n\n', of: tex, text: undefined },
    { it: 'gives nothing for a lone tag', answer: '\n</think>\n\n', of: tex, text: undefined },
  ]);

  it('leaves no thought and no tag at either end, wherever the pieces stand', () => {
    const piece = fc.constantFrom('<think>', '</think>', '\n', ' ', '<|user|>', '[gMASK]', '<sop>', 'Four.', '<|endoftext|>');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = textOf(trimAnswer(pieces.join(''), tex)) ?? '';
        assert.doesNotMatch(text, /^\s*(?:<\/?think>|<\||\[gMASK\]|<sop>)|(?:<\/?think>|\|>|\[gMASK\]|<sop>)\s*$/);
      }),
    );
  });
});

describe('trimAnswer on prose', () => {
  table([
    { it: 'keeps Markdown as it is', answer: '\n# A\n\n**b** $x$\n', of: markdown, text: '# A\n\n**b** $x$', kind: 'prose' },
    {
      it: 'keeps code blocks in Markdown',
      answer: `See\n\n${fence('py', 'x')}\n`,
      of: markdown,
      text: `See\n\n${fence('py', 'x')}`,
      kind: 'prose',
    },
    { it: 'unwraps an answer that is one Markdown block', answer: `\n${fence('markdown', '# A\n\nb')}\n`, of: markdown, text: '# A\n\nb' },
    { it: 'takes LaTeX out of its fence', answer: `Here:\n${fence('latex', '\\[x\\]')}\nDone.`, of: tex, text: '\\[x\\]', kind: 'code' },
    { it: 'keeps prose in LaTeX', answer: 'So \\(x\\) holds.\n', of: tex, text: 'So \\(x\\) holds.', kind: 'prose' },
    {
      it: 'uses the line ends of the document',
      answer: 'a\nb\r\nc',
      of: snapshot('x', { languageId: 'latex', eol: '\r\n' }),
      text: 'a\r\nb\r\nc',
    },
    {
      it: 'keeps the empty lines of the selection on replacing',
      answer: '\n\na\n\n\n',
      of: snapshot('\nx\n', { languageId: 'latex' }),
      options: replace,
      text: '\na\n',
    },
    {
      it: 'says that an answer to code without code is prose',
      answer: 'It is fine.',
      of: snapshot('x = 1'),
      options: replace,
      text: 'It is fine.',
      kind: 'prose',
    },
    { it: 'gives a typed question its whole answer', answer: `See\n${fence('py', 'x')}`, text: `See\n${fence('py', 'x')}`, kind: 'prose' },
  ]);
});

describe('trimAnswer on code', () => {
  const f = snapshot('def f(n):\n    return n');
  table([
    {
      it: 'takes the code without fence and prose',
      answer: `Sure:\n\n${fence('python', 'x = 2')}\n\nThis is better.`,
      of: f,
      text: 'x = 2',
      kind: 'code',
    },
    { it: 'takes a block without a language', answer: fence('', 'x = 2'), of: f, text: 'x = 2' },
    {
      it: 'prefers the language of the document',
      answer: `${fence('', 'long long long')}\n${fence('js', 'x()')}\n${fence('py', 'x')}`,
      of: f,
      text: 'x',
    },
    {
      it: 'leaves output and commands out',
      answer: `${fence('bash', 'pip install x')}\n${fence('text', '42')}`,
      of: f,
      text: `${fence('bash', 'pip install x')}\n${fence('text', '42')}`,
      kind: 'prose',
    },
    { it: 'takes commands for a script', answer: fence('sh', 'ls'), of: snapshot('cd', { languageId: 'shellscript' }), text: 'ls' },
    {
      it: 'takes the definition, not the longer example',
      answer: `${fence('py', 'def f(n):\n    return 1')}\nUse it:\n${fence('py', 'print(f(1))\nprint(f(2))\nprint(f(3))')}`,
      of: f,
      text: 'def f(n):\n    return 1',
    },
    {
      it: 'takes the last of two definitions',
      answer: `${fence('py', 'def f(n):\n    return 1 + 1 + 1')}\nBetter:\n${fence('py', 'def f(n):\n    return 3')}`,
      of: f,
      text: 'def f(n):\n    return 3',
    },
    {
      it: 'takes a closed definition rather than a cut one',
      answer: `${fence('py', 'def f(n):\n    return 1')}\nOr:\n\`\`\`py\ndef f(n):`,
      of: f,
      text: 'def f(n):\n    return 1',
    },
    { it: 'takes an unclosed block when there is no other', answer: '```py\ndef f(n):\n    return', of: f, text: 'def f(n):\n    return' },
    {
      it: 'takes the longest where nothing is defined',
      answer: `${fence('py', 'a\nb')}\n${fence('py', 'a')}`,
      of: snapshot('a'),
      text: 'a\nb',
    },
    {
      it: 'takes the block that was asked for',
      answer: `${fence('py', 'a')}\n- ${fence('text', 'b').replaceAll('\n', '\n  ')}`,
      of: f,
      options: { block: 1 },
      text: 'b',
      kind: 'code',
    },
    {
      it: 'applies a diff that was asked for',
      answer: `${fence('py', 'x')}\n${fence('diff', '-    return n\n+    return 2 * n')}`,
      of: f,
      options: { block: 1, kind: 'replace' },
      text: 'def f(n):\n    return 2 * n',
    },
    {
      it: 'refuses a diff that was asked for and does not fit',
      answer: fence('diff', '-    return m\n+    return 2 * m'),
      of: f,
      options: { block: 0, kind: 'replace' },
      text: undefined,
      refused: 'diff',
    },
    { it: 'gives nothing for a block that is not there', answer: fence('py', 'a'), of: f, options: { block: 3 }, text: undefined },
    { it: 'takes a block for a typed question', answer: `x\n${fence('py', '  a\n    b')}`, options: { block: 0 }, text: 'a\n  b' },
    { it: 'drops empty lines around the code', answer: fence('py', '\n\na\n\n'), of: f, text: 'a' },
    {
      it: 'keeps the empty lines of the selection on replacing',
      answer: fence('py', 'a'),
      of: snapshot('\n  \nx\n\n'),
      options: replace,
      text: '\n  \na\n\n',
    },
    { it: 'uses the line ends of the document', answer: fence('py', 'a\n\nb'), of: snapshot('x', { eol: '\r\n' }), text: 'a\r\n\r\nb' },
  ]);
});

describe('trimAnswer on indentation', () => {
  const method = snapshot('    def f(self):\n        return 1');
  const flat = 'def f(self):\n    a\n\n    return 2';
  const inside = '    def f(self):\n        a\n\n        return 2';
  const cut = snapshot('def f(self):\n        return 1', {
    before: 'class A:\n    ',
    range: { start: { line: 1, character: 4 }, end: { line: 2, character: 16 } },
  });
  const middle = snapshot('f(1)', {
    before: 'if a:\n    x = ',
    range: { start: { line: 1, character: 8 }, end: { line: 1, character: 12 } },
  });
  const go = snapshot('\tif x {\n\t\treturn\n\t}', { languageId: 'go' });
  table([
    { it: 'moves code in to the selection', answer: fence('py', flat), of: method, options: replace, text: inside },
    { it: 'moves code out to the selection', answer: fence('py', inside), of: snapshot('def f(self): pass'), options: replace, text: flat },
    {
      it: 'leaves lines where they stand in a selection that begins deeper than it ends',
      answer: fence('js', '    a();\n  }\n\n  g() {\n    c();\n  }'),
      of: snapshot('    a();\n  }\n\n  g() {\n    b();\n  }', { languageId: 'javascript' }),
      options: replace,
      text: '    a();\n  }\n\n  g() {\n    c();\n  }',
    },
    { it: 'leaves code that already stands there', answer: fence('py', inside), of: method, options: replace, text: inside },
    {
      it: 'leaves the first line to its own beginning when the selection begins behind its white space',
      answer: fence('py', flat),
      of: cut,
      options: replace,
      text: inside.slice(4),
    },
    { it: 'inserts at the full indentation of such a selection', answer: fence('py', flat), of: cut, text: inside },
    {
      it: 'understands a first line without its indentation',
      answer: fence('py', 'def f(self):\n        return 2'),
      of: method,
      options: replace,
      text: '    def f(self):\n        return 2',
    },
    {
      it: 'understands it by the closing brace',
      answer: fence('js', 'g() {\n    x;\n  }'),
      of: snapshot('  f() {\n  }', { languageId: 'javascript' }),
      options: replace,
      text: '  g() {\n    x;\n  }',
    },
    {
      it: 'does not take a plain block for one',
      answer: fence('py', 'if a:\n    b = 2'),
      of: snapshot('    a = 1\n    b = 2'),
      options: replace,
      text: '    if a:\n        b = 2',
    },
    {
      it: 'leaves the beginning of a line alone when its end is replaced',
      answer: fence('py', 'g(\n    2,\n)'),
      of: middle,
      options: replace,
      text: 'g(\n        2,\n    )',
    },
    {
      it: 'turns spaces into the tabs of the document',
      answer: fence('go', 'if x {\n    for {\n        y()\n    }\n}'),
      of: go,
      options: replace,
      text: '\tif x {\n\t\tfor {\n\t\t\ty()\n\t\t}\n\t}',
    },
    {
      it: 'turns tabs into the spaces of the document',
      answer: fence('js', 'a {\n\tb {\n\t\tc\n\t}\n}'),
      of: snapshot('a {\n  b\n}', { languageId: 'javascript' }),
      text: 'a {\n  b {\n    c\n  }\n}',
    },
    {
      it: 'turns spaces into the tabs of the selection in a document of both',
      answer: fence('js', 'f() {\n    if (x)\n        y();\n}'),
      of: snapshot('\tf() {\n\t\tx;\n\t}', { languageId: 'javascript', after: '\n    g() {\n        y;\n    }\n    h() {\n    }' }),
      options: replace,
      text: '\tf() {\n\t\tif (x)\n\t\t\ty();\n\t}',
    },
    {
      it: 'turns tabs into the spaces of the selection in a document of both',
      answer: fence('js', 'f() {\n\tif (x)\n\t\ty();\n}'),
      of: snapshot('    f() {\n        x;\n    }', { languageId: 'javascript', after: '\n\tg() {\n\t\ty;\n\t}\n\th() {\n\t}' }),
      options: replace,
      text: '    f() {\n        if (x)\n            y();\n    }',
    },
    {
      it: 'keeps the style of the code where the document shows none',
      answer: fence('js', 'a {\n\tb\n}'),
      of: snapshot('a', { languageId: 'javascript' }),
      text: 'a {\n\tb\n}',
    },
    { it: 'writes no white space on empty lines', answer: fence('py', 'a\n   \nb'), of: method, text: '    a\n\n    b' },
  ]);

  it('places code as it would stand there, whatever the indentation of selection and answer', () => {
    const relative = [0, 1, 2, 1, 0];
    fc.assert(
      fc.property(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.boolean(), fc.constantFrom('\n', '\r\n' as const), (to, from, tabs, eol) => {
        const unit = tabs ? '\t' : '    ';
        const code = (base: number, lead: string): string[] => relative.map((level, index) => lead.repeat(base + level) + `word${index}`);
        const of = snapshot(code(to, unit).join(eol), { languageId: 'javascript', eol });
        const text = textOf(trimAnswer(fence('js', code(from, '    ').join('\n')), of, replace));
        assert.equal(text, code(to, unit).join(eol));
      }),
    );
  });
});

describe('suggestedEdit', () => {
  const code = snapshot('x = 1');
  it('is Replace for code that answers code', () => assert.equal(suggestedEdit(fence('py', 'x = 2'), code, 'solve'), 'replace'));
  it('is Insert for prose that answers code', () => assert.equal(suggestedEdit('Fine.', code), 'insert'));
  it('is Insert for an explanation, code in it or not', () => assert.equal(suggestedEdit(fence('py', 'x = 2'), code, 'explain'), 'insert'));
  it('is Insert in a document of prose', () => assert.equal(suggestedEdit(fence('py', 'x'), markdown), 'insert'));
  it('is Replace for LaTeX code', () => assert.equal(suggestedEdit(fence('latex', 'x'), tex), 'replace'));
  it('is Insert without a selection', () => assert.equal(suggestedEdit(fence('py', 'x'), undefined), 'insert'));
});

describe('answerBlocks and languages', () => {
  it('numbers all blocks, also those that are no code of the document', () => {
    const blocks = answerBlocks(`${fence('text', 'a')}\n\n1. x\n   ${fence('py', 'b').replaceAll('\n', '\n   ')}`);
    assert.deepEqual(
      blocks.map(({ language, code }) => [language, code]),
      [
        ['text', 'a'],
        ['py', 'b'],
      ],
    );
  });

  for (const [written, languageId, match] of [
    ['Python', 'python', 'same'],
    ['c++', 'cpp', 'same'],
    ['tsx', 'typescriptreact', 'same'],
    ['jsx', 'typescriptreact', 'kin'],
    ['zsh', 'shellscript', 'same'],
    ['tex', 'latex', 'same'],
    ['', 'go', 'unnamed'],
    ['console', 'go', 'transcript'],
    ['rust', 'go', 'other'],
  ] as const)
    it(`takes «${written}» in a ${languageId} document for ${match}`, () => assert.equal(matchLanguage(written, languageId), match));
});
