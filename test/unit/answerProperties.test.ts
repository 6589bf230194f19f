import assert from 'node:assert/strict';
import fc from 'fast-check';
import { trimAnswer } from '../../src/core/answer.ts';
import { editText } from '../../src/core/editProposal.ts';
import { glmControlTokens } from '../../src/core/glmPrompt.ts';
import { answerCases } from '../harness/answerCases.ts';
import { textOf } from '../harness/trimmed.ts';

/** The tags of the thought and the control tokens of the GLM-4-0414 vocabulary. */
const tokens = ['<think>', '</think>', ...glmControlTokens];

const cases = [...answerCases().values()].flat();

interface Change {
  readonly at: number;
  readonly cut: number;
  readonly text: string;
}

function changed(answer: string, changes: readonly Change[]): string {
  return changes.reduce((text, { at, cut, text: added }) => {
    const offset = at % (text.length + 1);
    return text.slice(0, offset) + added + text.slice(offset + cut);
  }, answer);
}

describe('what is taken from an answer', () => {
  const pieces = [
    ...tokens,
    '<thi',
    'nk>',
    '<|us',
    'er|>',
    '\n',
    '```',
    '```python\n',
    '\n</think>\n',
    '# ... existing code ...\n',
    '> ',
    '    ',
  ];
  const change = fc.record({ at: fc.nat(), cut: fc.oneof(fc.constant(0), fc.nat({ max: 30 })), text: fc.constantFrom('', ...pieces) });

  it('holds no tag and no control token that the selection has not, wherever they are put in and the answer is cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.array(change, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(undefined, 0, 1),
        fc.boolean(),
        ({ answer, snapshot, kind }, changes, block, typed) => {
          const written = changed(answer, changes);
          const texts = [
            textOf(trimAnswer(written, typed ? undefined : snapshot, { kind, ...(block === undefined ? {} : { block }) })),
            textOf(editText(written, snapshot, kind, true)),
            textOf(editText(written, snapshot, kind, false)),
          ];
          const subject = typed ? '' : snapshot.text;
          for (const text of texts)
            for (const token of tokens) assert.ok(!text?.includes(token) || subject.includes(token) || snapshot.text.includes(token), text);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('holds no «existing code» that the selection has not', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.array(change, { maxLength: 4 }), ({ answer, snapshot, kind }, changes) => {
        if (['markdown', 'plaintext'].includes(snapshot.languageId)) return;
        const text = textOf(editText(changed(answer, changes), snapshot, kind, true)) ?? '';
        const left = text.split(/\r?\n/).filter((line) => /^\s*# \.\.\. existing code \.\.\.\s*$/.test(line));
        if (['latex', 'typst'].includes(snapshot.languageId)) return;
        assert.ok(left.length === 0 || snapshot.text.includes('existing code'), text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an answer that leaves something out', () => {
  const name = fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta');
  const body = fc.array(fc.constantFrom('a = load()', 'b = a + 1', 'check(b)', 'save(a, b)', 'return b'), { minLength: 1, maxLength: 4 });
  const functions = fc.uniqueArray(fc.record({ name, body }), { minLength: 2, maxLength: 6, selector: (each) => each.name });
  const write = (each: { readonly name: string; readonly body: readonly string[] }): string =>
    [`def ${each.name}(x):`, ...each.body.map((line) => `    ${line}`)].join('\n');
  const base = cases.find(({ snapshot }) => snapshot.languageId === 'python')!.snapshot;

  it('changes the functions it gives, and no other line', () => {
    fc.assert(
      fc.property(functions, fc.nat(), body, (all, index, newBody) => {
        const changedOne = { name: all[index % all.length]!.name, body: ['"""New."""', ...newBody] };
        const text = all.map(write).join('\n\n');
        const snapshot = {
          ...base,
          text,
          before: '',
          after: '',
          range: { start: { line: 0, character: 0 }, end: { line: text.split('\n').length - 1, character: 0 } },
        };
        const marker = '# ... existing code ...';
        const answer = `Only one changes:\n\n\`\`\`python\n${marker}\n\n${write(changedOne)}\n\n${marker}\n\`\`\`\n`;
        const expected = all.map((each) => write(each.name === changedOne.name ? changedOne : each)).join('\n\n');
        assert.equal(textOf(editText(answer, snapshot, 'replace', true)), expected);
      }),
    );
  });
});

describe('a merge', () => {
  const markers: Readonly<Record<string, string>> = {
    python: '# ... existing code ...',
    ruby: '# ...',
    shellscript: '# ... existing code ...',
    julia: '# ... existing code ...',
    latex: '% ... existing text ...',
    haskell: '-- ... rest unchanged',
    lean4: '-- ... existing code ...',
    sql: '-- ...',
    html: '<!-- ... -->',
    yaml: '# ... existing code ...',
    matlab: '% ...',
    css: '/* ... */',
  };
  const texts = cases
    .filter(({ snapshot }) => !['markdown', 'json', 'plaintext'].includes(snapshot.languageId))
    .map(({ snapshot }) => ({ snapshot, lines: snapshot.text.trim().split(/\r?\n/) }))
    .filter(({ lines, snapshot }) => lines.length >= 6 && snapshot.eol === '\n');
  const indent = (line: string): string => /^\s*/.exec(line)?.[0] ?? '';

  /** The answer that leaves `length` lines out and changes another one; and what it means. */
  function partial(lines: readonly string[], languageId: string, start: number, length: number, changed: number, how: number) {
    const added = `added_call(here)${languageId === 'python' ? '' : ';'}`;
    const answer: string[] = [];
    const meant: string[] = [];
    lines.forEach((line, index) => {
      const left = index >= start && index < start + length;
      const own = [line];
      if (index === changed && !left) {
        if (how === 0) own[0] = line.replace(/(\w+)(\W*)$/, '$1Two$2');
        else own.splice(how === 1 ? 1 : 0, 0, indent(line) + added);
      }
      meant.push(...own);
      if (!left) answer.push(...own);
      else if (index === start) answer.push(indent(line) + (markers[languageId] ?? '// ... existing code ...'));
    });
    return { answer: answer.join('\n'), meant: meant.join('\n') };
  }

  it('is what was meant or is refused, wherever lines are left out and one is changed', () => {
    const counts = { right: 0, refused: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat(), fc.nat(), fc.nat({ max: 2 }), ({ snapshot, lines }, a, b, c, how) => {
        const start = 1 + (a % (lines.length - 2));
        const length = 1 + (b % (lines.length - start - 1));
        const changedLine = c % lines.length;
        if ((lines[changedLine] ?? '').trim().length <= 4) return;
        if (!lines.slice(start, start + length).some((line) => line.trim().length > 3)) return;
        const text = lines.join('\n');
        const end = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
        const about = { ...snapshot, text, before: '', after: '', range: { start: { line: 0, character: 0 }, end } };
        const { answer, meant } = partial(lines, snapshot.languageId, start, length, changedLine, how);
        const merged = textOf(editText(`Here:\n\n\`\`\`\`${snapshot.languageId}\n${answer}\n\`\`\`\`\n`, about, 'replace', true));
        counts[merged === undefined ? 'refused' : 'right'] += 1;
        if (merged !== undefined) assert.equal(merged, meant);
      }),
      // Always the same ones: a text that is found in years is a case to look at, and no reason to stop other work.
      { numRuns: 4000, seed: 1 },
    );
    assert.ok(counts.right > counts.refused * 4, JSON.stringify(counts));
  });
});
