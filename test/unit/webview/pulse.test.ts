import assert from 'node:assert/strict';
import { lastTurn } from '../../../src/core/conversation.ts';
import { beat } from '../../../webview/pulse.ts';
import { solve } from '../../browser/conversations.ts';

describe('The moving numbers', () => {
  const script = solve(0).phase('thinking', 0).delta('thought', 'a', 10);

  it('count tokens and time from when a phase was first seen', () => {
    const first = beat(undefined, lastTurn(script.state().conversation)!, 1000);
    assert.deepEqual([first.tokensSince, first.msSince], [0, 0]);
    script.delta('thought', 'b', 92);
    const second = beat(first, lastTurn(script.state().conversation)!, 3000);
    assert.deepEqual([second.tokensSince, second.msSince, second.thoughtTokens], [92, 2000, 102]);
  });

  it('start anew with the next phase', () => {
    const thinking = beat(undefined, lastTurn(script.state().conversation)!, 1000);
    script.phase('answering').delta('answer', 'c', 5);
    const answering = beat(thinking, lastTurn(script.state().conversation)!, 9000);
    assert.deepEqual([answering.tokensSince, answering.msSince, answering.answerTokens], [0, 0, 5]);
  });
});
