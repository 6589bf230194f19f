import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkPrompt, checkPromptEntry, fittingPrompts, fillPrompt, holdsSelection } from '../../src/core/userPrompt.ts';
import type { UserPrompt } from '../../src/core/userPrompt.ts';
import { parsePromptText } from '../../src/host/prompts/promptText.ts';

const parse = (text: string, name = 'snake-case.md'): ReturnType<typeof parsePromptText> => parsePromptText('id', name, text);
const codes = (text: string): string[] => parse(text).problems.map(({ problem, line }) => `${line} ${problem.code}`);
const values = { selection: 'x = {{file}}', language: 'python', file: 'a.py', diagnostics: '', symbols: 'function f, lines 1-2' };

describe('A prompt of the user’s own', () => {
  it('is a Markdown file with front matter', () => {
    const text = '---\ntitle: Snake case\napplies: [code, python]\nanswer: replace\n---\n\nRename in {{file}}:\n\n{{ selection }}\n';
    assert.deepEqual(parse(text), {
      prompt: {
        id: 'id',
        title: 'Snake case',
        applies: ['code', 'python'],
        answer: 'replace',
        template: 'Rename in {{file}}:\n\n{{ selection }}',
      },
      problems: [],
    });
  });

  it('needs none of it: its title is the file’s name, its answer stays in the panel', () => {
    const { prompt, problems } = parse('What is this?\n---\nno front matter\n---\n');
    assert.deepEqual(problems, []);
    assert.deepEqual([prompt?.title, prompt?.applies, prompt?.answer], ['Snake case', [], 'panel']);
    assert.match(prompt?.template ?? '', /^What is this\?\n---\nno front matter/);
  });

  it('may have Windows line ends, a byte order mark and languages in one line', () => {
    const { prompt } = parse('\uFEFF---\r\ntitle: A\r\napplies: python, rust\r\n---\r\nGo on.\r\n');
    assert.deepEqual([prompt?.title, prompt?.applies, prompt?.template], ['A', ['python', 'rust'], 'Go on.']);
  });

  it('is told apart from one with mistakes, each with its line', () => {
    assert.deepEqual(codes('---\ntitle: [\n---\nGo.'), ['2 frontMatterUnreadable']);
    assert.deepEqual(codes('---\ntitle: &a A\nanswer: *a\n---\nGo.'), ['1 frontMatterUnreadable']);
    assert.deepEqual(codes('---\ntitle: A\nrun: rm\n---\nGo.'), ['2 keyUnknown']);
    assert.deepEqual(codes('---\ntitle: 3\n---\nGo.'), ['1 valueInvalid']);
    assert.deepEqual(codes('---\nanswer: file\napplies: 7\n---\nGo.'), ['2 valueInvalid', '1 valueInvalid']);
    assert.deepEqual(codes('---\ntitle: A\n---\nGo\n{{env}} {{file}}'), ['4 variableUnknown']);
    assert.deepEqual(codes('---\ntitle: A\n---\n \n'), ['3 templateMissing']);
    assert.deepEqual(codes('---\n- a\n---\nGo.'), ['1 frontMatterNoPairs']);
    assert.deepEqual(codes('---\nA plain sentence\n---\nGo.'), ['1 frontMatterNoPairs']);
    assert.deepEqual(codes('---\ntitle: A\nGo.'), ['0 frontMatterUnclosed']);
    assert.deepEqual(codes('---\r\n"title" : A\r\nGo.\r\n'), ['0 frontMatterUnclosed']);
  });

  it('may begin with a rule, or with empty front matter', () => {
    assert.deepEqual(codes('---\nGo on from here.'), []);
    assert.deepEqual(codes('---\n---\nGo.'), []);
    assert.deepEqual(codes('---\n# nothing yet\n---\nGo.'), []);
  });

  it('is an object in the setting, with a title and a text', () => {
    const entry = (value: unknown): string[] => checkPromptEntry('setting:0', value).problems.map(({ code }) => code);
    assert.equal(checkPromptEntry('setting:0', { title: 'A', prompt: 'Go.' }).prompt?.title, 'A');
    assert.deepEqual(entry('Go.'), ['entryInvalid']);
    assert.deepEqual(entry(null), ['entryInvalid']);
    assert.deepEqual(entry([]), ['entryInvalid']);
    assert.deepEqual(entry({ title: 'A' }), ['templateMissing']);
    assert.deepEqual(entry({ prompt: 'Go.' }), ['valueInvalid']);
    assert.equal(checkPromptEntry('setting:0', { prompt: 'Go.' }).prompt, undefined);
    assert.deepEqual(entry({ title: 'A', prompt: 'In {{env}}', color: 'red' }), ['keyUnknown', 'variableUnknown']);
  });

  it('is offered with mistakes that do no harm, and not with those that could', () => {
    assert.equal(parse('---\ntitle: 3\n---\n{{env}}').prompt?.title, 'Snake case');
    assert.equal(parse('---\nanswer: file\n---\nGo.').prompt, undefined);
    assert.equal(parse('---\napplies: {a: 1}\n---\nGo.').prompt, undefined);
    assert.equal(parse('---\ntitle: "\n---\nGo.').prompt, undefined);
    assert.equal(checkPrompt('id', { title: 'A' }, '', '').prompt, undefined);
  });

  it('never makes the reading fail, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (head, body) => {
        parse(`---\n${head}\n---\n${body}`);
        parse(head + body);
      }),
      { numRuns: 1000 },
    );
  });

  it('is filled with what is known, and values are text', () => {
    assert.equal(fillPrompt('{{selection}} {{ file }} {{env}}', values), 'x = {{file}} a.py {{env}}');
    assert.equal(fillPrompt('$& {{language}}', { ...values, language: '$1' }), '$& $1');
    assert.equal(holdsSelection('a {{ selection }}'), true);
    assert.equal(holdsSelection('a {{symbols}} selection'), false);
  });

  it('is offered where it fits', () => {
    const prompt = (...applies: string[]): UserPrompt => ({ id: '', title: '', applies, answer: 'panel', template: '' });
    const code = { languageId: 'python', text: 'a = 1' };
    const formula = { languageId: 'latex', text: '\\frac{1}{2}' };
    const prose = { languageId: 'markdown', text: 'Hello' };
    const offered = (...applies: string[]): boolean[] =>
      [code, formula, prose].map((each) => fittingPrompts([prompt(...applies)], each).length === 1);
    assert.deepEqual(offered(), [true, true, true]);
    assert.deepEqual(offered('code'), [true, false, false]);
    assert.deepEqual(offered('math'), [false, true, false]);
    assert.deepEqual(offered('text'), [false, true, true]);
    assert.deepEqual(offered('markdown', 'code'), [true, false, true]);
  });
});
