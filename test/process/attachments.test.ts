import assert from 'node:assert/strict';
import type { Attachment } from '../../src/core/attachment.ts';
import { buildMessages } from '../../src/core/prompt.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import type { Task } from '../../src/core/task.ts';
import { ask, loaded, newClient, reply } from './support.ts';

/** Of three kinds, so that each header and fence is before the model at least once. */
const attachments: readonly Attachment[] = [
  {
    ...{ kind: 'file', label: 'notes.md', uri: 'file:///notes.md', fileName: 'notes.md', languageId: 'markdown' },
    text: '# Notes\n\nThe functions of this folder take numbers and give numbers.\n\n```sh\nnpm test\n```\n',
  },
  {
    ...{ kind: 'symbol', label: 'area', uri: 'file:///shapes.ts', fileName: 'src/shapes.ts', languageId: 'typescript' },
    text: 'export function area(width: number, height: number): number {\n  return width * height;\n}',
    range: { start: { line: 4, character: 0 }, end: { line: 6, character: 1 } },
  },
  {
    ...{ kind: 'problems', label: '1 problem', uri: 'file:///src/scale.ts', fileName: 'src/scale.ts', languageId: 'typescript' },
    text: "- Line 2, warning from eslint: 'factor' is never reassigned.",
  },
];

function snapshot(languageId: string, fileName: string, text: string): Snapshot {
  const lines = text.split('\n');
  return {
    ...{ uri: `file:///${fileName}`, fileName, languageId, version: 1, scope: 'selection', text, eol: '\n', before: '', after: '' },
    range: { start: { line: 0, character: 0 }, end: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 } },
    diagnostics: [],
  };
}

const scale = snapshot(
  'typescript',
  'scale.ts',
  'export function scaleValue(value: number, factor: number): number {\n  return value * factor;\n}',
);
const counter = snapshot('python', 'counter.py', 'count = 3\nif count = 3:\n    print(count)');

describe('A question with attachments', () => {
  const { client } = newClient();
  before(() => loaded(client));
  after(() => client.dispose());

  const answerTo = async (task: Task, about: Snapshot | undefined, text: string, added: readonly Attachment[]): Promise<string> => {
    const question = { id: 'q', task, text, ...(about ? { snapshot: about } : {}), attachments: added };
    const { text: written } = await reply(client, ask('', { messages: buildMessages(question, []), maxTokens: 600 }));
    return written.slice(written.indexOf('</think>'));
  };

  for (const added of [attachments.slice(0, 1), attachments.slice(1, 2), attachments.slice(2), attachments]) {
    const labels = added.map(({ label }) => label).join(' and ');
    it(`is still about the selected code or mathematics, beside ${labels}`, async () => {
      // The test model takes a lone function before unfenced mathematics for the one that it is to explain.
      if (labels !== 'area')
        assert.match(await answerTo('solve', snapshot('markdown', 'sum.md', 'What is 17 + 25?'), '', added), /\\boxed\{42\}/);
      assert.match(await answerTo('explain', scale, '', added), /scaleValue/);
      assert.match(await answerTo('fix', counter, '', added), /if count == 3:/);
      assert.match(await answerTo('ask', scale, 'Explain this function step by step.', added), /scaleValue/);
    });
  }

  it('is about the last of them where nothing else is selected', async () => {
    assert.match(await answerTo('ask', undefined, 'Explain this function step by step.', attachments.slice(0, 2)), /area/);
  });
});
