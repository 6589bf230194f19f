import assert from 'node:assert/strict';
import { lastTurn } from '../../../src/core/conversation.ts';
import type { Turn } from '../../../src/core/conversation.ts';
import { followingFold, thoughtMode, toggled } from '../../../webview/foldState.ts';
import type { Script } from '../../browser/conversations.ts';
import { solve } from '../../browser/conversations.ts';

const turnOf = (script: Script): Turn => lastTurn(script.state().conversation)!;
const thinking = turnOf(solve().phase('thinking').delta('thought', 'Hm.'));
const answering = turnOf(solve().phase('thinking').delta('thought', 'Hm.').phase('answering'));
const stopped = turnOf(solve().phase('thinking').delta('thought', 'Hm.').end({ kind: 'stopped' }));

describe('The fold of a thought', () => {
  it('previews while the model thinks and folds when the answer starts', () => {
    assert.equal(thoughtMode(thinking, undefined), 'preview');
    assert.equal(thoughtMode(answering, undefined), 'folded');
  });

  it('stays open once the user has opened it', () => {
    assert.equal(thoughtMode(thinking, 'open'), 'open');
    assert.equal(thoughtMode(answering, 'open'), 'open');
  });

  it('goes back to the preview when the user closes it while the model thinks', () => {
    assert.equal(toggled('open', true), 'preview');
    assert.equal(thoughtMode(thinking, 'preview'), 'preview');
    assert.equal(toggled('open', false), 'closed');
    assert.equal(thoughtMode(thinking, 'closed'), 'folded');
    assert.equal(thoughtMode(answering, 'closed'), 'folded');
  });

  it('previews a thought that ended without an answer until the user closes it', () => {
    assert.equal(thoughtMode(stopped, undefined), 'preview');
    assert.equal(toggled('preview', true), 'open');
    assert.equal(thoughtMode(stopped, 'closed'), 'folded');
  });

  it('is followed by later thoughts, except that one which was looked at afterwards and closed again hides none', () => {
    assert.equal(followingFold('open', true), 'open');
    assert.equal(followingFold('closed', true), 'closed');
    assert.equal(followingFold('open', false), 'open');
    assert.equal(followingFold('closed', false), 'preview');
  });
});
