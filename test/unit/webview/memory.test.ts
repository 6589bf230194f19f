import assert from 'node:assert/strict';
import type { ConversationEvent } from '../../../src/core/conversation.ts';
import { foldEvents } from '../../../src/core/conversation.ts';
import { withoutSent } from '../../../webview/memory.ts';

const asked = (id: string, text: string, at: number, replaces?: string): ConversationEvent => ({
  type: 'asked',
  question: { id, task: 'ask', text },
  at,
  ...(replaces === undefined ? {} : { replaces }),
});

describe('Edits that the editor remembers', () => {
  const conversation = foldEvents([
    { type: 'created', version: 1, id: 'c', at: 0 },
    asked('a', 'one', 1),
    asked('b', 'two', 2, 'a'),
    { type: 'delta', turnId: 'b', part: 'thought', text: 'So it is. And more.', tokens: 5 },
  ]);

  it('are dropped where another version has their text, since they were sent', () => {
    const edits = { question: { a: 'two' }, thought: { a: 'So it is.' } };
    assert.deepEqual(withoutSent(edits, conversation), { question: {}, thought: {} });
  });

  it('are kept in every other case, also those of other conversations', () => {
    const edits = { question: { a: 'tw', b: 'one', other: 'two' }, thought: { a: 'So it was.', b: 'So it is.', other: 'So' } };
    assert.deepEqual(withoutSent(edits, conversation), edits);
    assert.deepEqual(withoutSent(edits, undefined), edits);
  });
});
