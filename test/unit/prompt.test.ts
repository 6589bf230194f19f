import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import type { CheckedRelation, CheckReason } from '../../src/core/check/checked.ts';
import { askToRepair } from '../../src/core/prompts/index.ts';
import type { Attachment } from '../../src/core/attachment.ts';
import { sortProblems } from '../../src/core/attachment.ts';
import type { TurnQuestion } from '../../src/core/conversation.ts';
import {
  askingForAll,
  attachmentText,
  buildMessages,
  fenced,
  fenceName,
  isProse,
  lineNumbers,
  questionText,
} from '../../src/core/prompt.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import type { Task } from '../../src/core/task.ts';

function snapshot(languageId: string, fileName: string, text: string, more: Partial<Snapshot> = {}): Snapshot {
  const end = { line: 9 + text.split('\n').length - 1, character: 5 };
  const range = { start: { line: 9, character: 0 }, end };
  return {
    uri: `file:///${fileName}`,
    fileName,
    languageId,
    version: 1,
    range,
    scope: 'selection',
    text,
    eol: '\n',
    before: '',
    after: '',
    diagnostics: [],
    ...more,
  };
}

const ask = (task: Task, about?: Snapshot, text = ''): TurnQuestion => ({ id: 'q', task, text, ...(about && { snapshot: about }) });

const python = snapshot('python', 'src/counter.py', 'if count = 3:\n    print(count)', {
  before: 'count = 2\n',
  after: '\nprint("done")\n',
  diagnostics: [
    {
      message: "Invalid syntax.\n  Did you mean '=='?",
      severity: 'error',
      source: 'Pylance',
      code: 'syntax',
      range: { start: { line: 9, character: 3 }, end: { line: 9, character: 12 } },
    },
    { message: '"count" is not accessed', severity: 'hint', range: { start: { line: 10, character: 4 }, end: { line: 10, character: 9 } } },
  ],
});
const typescript = snapshot(
  'typescript',
  'src/utils.ts',
  'export function scaleValue(value: number, factor: number): number {\r\n  return value * factor;\r\n}\r\n',
  {
    range: { start: { line: 9, character: 0 }, end: { line: 12, character: 0 } },
    eol: '\r\n',
  },
);
const problem = 'Let a, b be positive real numbers such that ab = a + b + 3. Determine the range of possible values for a + b.';
const latex = snapshot('latex', 'notes.tex', '\\[\n  3x + 5 = 20\n\\]\n', { before: 'As shown above:', after: 'This proves it.' });

const attached = (question: TurnQuestion, ...attachments: readonly Attachment[]): TurnQuestion => ({ ...question, attachments });
const definitions: Attachment = {
  ...{ kind: 'file', label: 'definitions.tex', uri: 'file:///definitions.tex', fileName: 'notes/definitions.tex', languageId: 'latex' },
  text: 'A sum is \\emph{symmetric} if\r\nno order of its terms changes it.\r\n',
};
const horner: Attachment = {
  ...{ kind: 'symbol', label: 'horner', uri: 'file:///poly.py', fileName: 'poly.py', languageId: 'python' },
  text: 'def horner(coeffs, x):\n    """Says ```x```."""\n    return 0\n',
  range: { start: { line: 2, character: 0 }, end: { line: 5, character: 0 } },
};
const typeOfValue: Attachment = {
  ...{ kind: 'symbol', label: 'Value', uri: 'file:///src/value.ts', fileName: 'src/value.ts', languageId: 'typescript' },
  text: 'export type Value = number | bigint;',
};
const reported: Attachment = {
  ...{ kind: 'problems', label: '2 problems', uri: 'file:///src/counter.py', fileName: 'src/counter.py', languageId: 'python' },
  text: '- Line 10, error from Pylance (syntax): Invalid syntax.\n- Line 11, hint: "count" is not accessed',
};

/** What the model is to see, by the name of the file in `golden/`. */
const golden: Readonly<Record<string, TurnQuestion>> = {
  'explain-code': ask('explain', typescript),
  'explain-code-surrounded': ask('explain', { ...python, diagnostics: [] }),
  'explain-math': ask('explain', latex),
  'solve-math': ask('solve', snapshot('markdown', 'problems.md', problem)),
  'solve-latex': ask('solve', latex),
  'solve-code': ask('solve', { ...python, before: '', after: '', diagnostics: [] }),
  'solve-code-surrounded': ask('solve', python),
  'fix-diagnostic': ask('fix', python),
  'fix-plain': ask('fix', { ...python, before: '', after: '', diagnostics: [] }),
  'fix-math': ask('fix', latex),
  'explain-problem': ask('explain', { ...python, scope: 'diagnostic' }),
  'improve-code': ask('improve', { ...python, diagnostics: [] }),
  'document-code': ask('document', typescript),
  'tests-code': ask('tests', typescript),
  'simplify-math': ask('simplify', latex),
  'translate-code': { ...ask('translate', typescript), into: 'Rust' },
  'translate-text': { ...ask('translate', snapshot('markdown', 'notes.md', 'Hello.')), into: 'German' },
  'proof-step': ask('proofStep', latex),
  'convert-math': { ...ask('convert', latex), into: 'Typst' },
  'edit-code': ask('edit', typescript, 'Use a generator.'),
  'prompt-replace': { ...ask('prompt', typescript, 'Rename all to snake case.'), answerUse: 'replace', title: 'Snake Case' },
  'prompt-selection': {
    ...ask('prompt', typescript, 'Port `export function scaleValue()` to Rust.'),
    answerUse: 'replace',
    title: 'Port',
    selectionInText: true,
  },
  'prompt-panel': { ...ask('prompt', latex, 'Is this a field?'), answerUse: 'panel', title: 'Field?' },
  'explain-context': { ...ask('explain', typescript), context: [horner, { ...horner, text: 'half = 0.5\n' }, typeOfValue] },
  'solve-context': { ...attached(ask('solve', typescript), horner), context: [definitions] },
  'ask-typed': ask('ask', undefined, 'count to 400'),
  'ask-attached': ask('ask', typescript, 'Which types does it take?'),
  'ask-attachments': attached(ask('ask', undefined, 'Where does the definition fail?'), definitions, horner),
  'explain-attachments': attached(ask('explain', typescript), definitions),
  'solve-math-attachment': attached(ask('solve', snapshot('markdown', 'problems.md', problem)), definitions),
  'fix-attachments': attached(ask('fix', python), horner, reported),
  'ask-attached-markdown': ask('ask', snapshot('markdown', 'README.md', 'Run:\n\n```sh\nnpm test\n```'), 'What does this do?'),
};

describe('What the model is told', () => {
  for (const [name, question] of Object.entries(golden)) {
    it(`is golden/${name}.txt`, () => {
      const file = new URL(`golden/${name}.txt`, import.meta.url);
      const text = questionText(question) + '\n';
      // UPDATE_GOLDEN=1 writes the files anew, to be reviewed as a diff.
      if (process.env['UPDATE_GOLDEN']) writeFileSync(file, text);
      assert.equal(text, readFileSync(file, 'utf8'));
    });
  }

  it('is the history and one user message', () => {
    const history = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ] as const;
    assert.deepEqual(buildMessages(ask('ask', undefined, 'c'), history), [...history, { role: 'user', content: 'c' }]);
  });

  it('is the same for the same question, whatever came before', () => {
    const question = ask('fix', python);
    assert.equal(buildMessages(question, [])[0]?.content, questionText(question));
  });

  it('ends in the selection and its instruction, so that the selection is the last code block', () => {
    for (const task of ['explain', 'solve', 'fix', 'ask', 'ask with attachments'] as const) {
      const question =
        task === 'ask with attachments' ? attached(ask('ask', python, 'Now.'), definitions, reported) : ask(task, python, 'Now.');
      const text = questionText(question);
      const lastBlock = text.split('```').at(-2);
      assert.equal(lastBlock, `python\n${python.text}\n`);
      assert.ok(text.endsWith('Now.'));
    }
  });

  it('begins with the attachments in their order, each as it is counted alone', () => {
    const text = questionText(attached(ask('ask', python, 'Now.'), definitions, horner, reported));
    const parts = [definitions, horner, reported].map(attachmentText).join('\n\n');
    assert.equal(text, `${parts}\n\n${questionText(ask('ask', python, 'Now.'))}`);
    assert.equal(questionText(attached(ask('ask', python, 'Now.'))), questionText(ask('ask', python, 'Now.')));
  });

  it('asks for a text that leaves nothing out behind the words of the user, once', () => {
    const once = askingForAll('Keep the names.');
    assert.match(once, /^Keep the names\.\n\nReturn the complete text/);
    assert.equal(askingForAll(once), once);
    assert.ok(questionText(ask('fix', snapshot('python', 'a.py', 'x = 1'), askingForAll(''))).endsWith(askingForAll('')));
  });

  it('never lets the selection close its own fence', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('`', '``', '```', '````', '\n', 'x', '~~~')), (pieces) => {
        const text = pieces.join('');
        const [first = '', ...rest] = fenced(text, 'md').split('\n');
        const fence = first.slice(0, -2);
        assert.match(fence, /^`{3,}$/);
        assert.ok(!text.includes(fence));
        assert.equal(rest.at(-1), fence);
        assert.equal(rest.slice(0, -1).join('\n'), text);
      }),
    );
  });
});

describe('The parts of a question', () => {
  it('number lines from one, without a last line of which nothing is selected', () => {
    assert.deepEqual(lineNumbers(python), { first: 10, last: 11 });
    assert.deepEqual(lineNumbers(typescript), { first: 10, last: 12 });
    const at = { line: 4, character: 0 };
    assert.deepEqual(lineNumbers({ ...python, range: { start: at, end: at } }), { first: 5, last: 5 });
  });

  it('take mathematics by language or by its commands, and code for code', () => {
    const prose = (languageId: string, text: string): boolean => isProse(snapshot(languageId, 'x', text));
    for (const languageId of ['latex', 'tex', 'markdown', 'plaintext', 'typst']) assert.ok(prose(languageId, '17 + 25'), languageId);
    assert.ok(prose('python', '# Show that $\\frac{1}{2} + \\frac{1}{2} = 1$'));
    assert.ok(prose('typescript', '/* \\begin{align} a &= b \\end{align} */'));
    assert.ok(!prose('python', 'plot(x)\nplt.title(r"$\\frac{a}{b}$")\nplt.show()'));
    assert.ok(!prose('python', 'def half(x):\n    # Gives $\\frac{x}{2}$.\n    return x / 2'));
    assert.ok(!prose('python', 'label = r"$\\alpha$"'));
    assert.ok(!prose('csharp', 'var path = "C:\\\\temp\\\\input";'));
    assert.ok(!prose('typescript', 'const total = 17 + 25;'));
    assert.ok(!prose('php', '$a = $b + $c;'));
  });

  it('sort problems by line, and the errors of a line first', () => {
    const at = (line: number, severity: 'error' | 'hint'): Snapshot['diagnostics'][number] => ({
      ...{ message: '', severity, range: { start: { line, character: 0 }, end: { line, character: 1 } } },
    });
    const sorted = sortProblems([at(4, 'hint'), at(2, 'hint'), at(4, 'error')]);
    assert.deepEqual(
      sorted.map(({ range, severity }) => `${range.start.line} ${severity}`),
      ['2 hint', '4 error', '4 hint'],
    );
  });

  it('name languages as code fences usually do', () => {
    assert.equal(fenceName('typescriptreact'), 'tsx');
    assert.equal(fenceName('shellscript'), 'bash');
    assert.equal(fenceName('plaintext'), 'text');
    assert.equal(fenceName('rust'), 'rust');
    assert.equal(fenceName('c++'), 'c++');
    assert.equal(fenceName('two words'), '');
    assert.equal(fenceName('constructor'), 'constructor');
  });
});

describe('the question about what does not hold in an answer', () => {
  it('names each relation with its values, in the words of its golden file', () => {
    const failing = (latex: string, reason: CheckReason): CheckedRelation => ({ latex, start: 0, end: 0, verdict: 'false', reason });
    const text = askToRepair([
      failing('2 + 2 = 5', { code: 'valuesDiffer', left: '4', right: '5' }),
      failing('(a+b)^2\n = a^2 + b^2', {
        code: 'counterexample',
        at: [
          { name: 'a', value: '1' },
          { name: 'b', value: '2' },
        ],
        left: '9',
        right: '5',
      }),
      failing('\\sqrt{2} \\approx 1.5', { code: 'digitsDiffer', value: '1.41421356' }),
      failing('x = 3', { code: 'notSolution', at: [{ name: 'x', value: '3' }], relation: 'x = 3', left: '9', right: '7' }),
    ]);
    assert.equal(`${text}\n`, readFileSync(new URL('golden/repair-answer.txt', import.meta.url), 'utf8'));
  });
});
