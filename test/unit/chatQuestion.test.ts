import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chatCommands, chatQuestion } from '../../src/core/chatQuestion.ts';
import { questionText } from '../../src/core/prompt.ts';
import { proveText, solveText } from '../../src/core/prompts/tasks.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';

const snapshot: Snapshot = {
  ...{ uri: 'file:///a.md', fileName: 'a.md', languageId: 'markdown', version: 1, scope: 'selection', eol: '\n', before: '', after: '' },
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 5 } },
  ...{ text: '$a<b$', diagnostics: [] },
};

describe('a question to @lemma', () => {
  it('has the commands that the manifest declares', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      contributes: { chatParticipants: { commands: { name: string }[] }[] };
    };
    const declared = manifest.contributes.chatParticipants.flatMap(({ commands }) => commands.map(({ name }) => name));
    assert.deepEqual(declared, [...chatCommands]);
  });

  it('without a command is what was typed', () => {
    assert.deepEqual(chatQuestion({ command: undefined, text: 'Why?' }), { id: '', task: 'ask', text: 'Why?' });
  });

  it('about a selection is the panel’s own', () => {
    const question = chatQuestion({ command: 'solve', text: 'Briefly.', snapshot });
    assert.deepEqual([question.task, question.snapshot, question.text], ['solve', snapshot, 'Briefly.']);
  });

  it('that is typed says what is wanted of it', () => {
    assert.equal(questionText(chatQuestion({ command: 'solve', text: ' 47 + 38 ' })), `47 + 38\n\n${solveText}`);
  });

  it('of a proof is about what is typed or selected', () => {
    assert.equal(questionText(chatQuestion({ command: 'prove', text: 'a + b = b + a' })), `a + b = b + a\n\n${proveText}`);
    assert.ok(questionText(chatQuestion({ command: 'prove', text: '', snapshot })).endsWith(`$a<b$\n\`\`\`\n\n${proveText}`));
  });
});
