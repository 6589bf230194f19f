import assert from 'node:assert/strict';
import path from 'node:path';
import { sharedStorageFolder } from '../../src/host/storageFolder.ts';

const inStorage = (workspace: string): string => path.join(path.sep, 'data', 'User', 'workspaceStorage', workspace, 'lemma-editor.lemma');

describe('the storage that windows share', () => {
  it('is that of the first window on the workspace', () => {
    for (const second of ['16acd8f6-1', '16acd8f6-12']) assert.equal(sharedStorageFolder(inStorage(second)), inStorage('16acd8f6'));
    // In the browser VS Code names it by a number, which may be negative.
    assert.equal(sharedStorageFolder(inStorage('-61234567-1')), inStorage('-61234567'));
  });

  it('is a window’s own where it is the first', () => {
    for (const first of ['16acd8f6', '-61234567', '1700000000000', 'ext-dev', '0b9d3c4e5f60718293a4b5c6d7e8f901'])
      assert.equal(sharedStorageFolder(inStorage(first)), inStorage(first));
  });
});
