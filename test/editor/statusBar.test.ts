import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { DownloadState } from '../../src/host/download/modelDownloads.ts';
import { StatusBar } from '../../src/host/statusBar.ts';

const running: DownloadState = {
  id: 'one',
  request: { model: { id: 'glm-z1-9b-0414', name: 'GLM-Z1-9B-0414', sources: [] }, quantisation: 'Q4_K_M' },
  phase: 'fetching',
  doneBytes: 2.6e9,
  totalBytes: 6.2e9,
  bytesPerSecond: 24e6,
  here: true,
};

describe('the status bar item while a model is downloaded', () => {
  const item = vscode.window.createStatusBarItem('lemma.test');
  const bar = new StatusBar(item, () => false);
  after(() => {
    bar.dispose();
    item.dispose();
  });

  it('shows how far it is, and in its hover how fast and how long it will take', () => {
    bar.show({ kind: 'notChosen' });
    bar.showDownloads([running]);
    assert.equal(item.text, '$(cloud-download) Lemma: 41 %');
    assert.equal(
      item.tooltip,
      'Lemma is downloading GLM-Z1-9B-0414 Q4_K_M: 2.6 of 6.2 GB · 24 MB/s · about 2 min 30 s left.\nClick for actions.',
    );
  });

  it('shows it beside what the model does, and takes several as one', () => {
    bar.show({ kind: 'loading', name: 'Other', fraction: 0.5 });
    bar.showDownloads([running, { ...running, id: 'two', here: false, doneBytes: 6.2e9, phase: 'checking' }]);
    assert.equal(item.text, '$(loading~spin) Lemma: loading 50 %  $(cloud-download) 70 %');
    assert.equal(
      item.tooltip,
      'Lemma is downloading GLM-Z1-9B-0414 Q4_K_M: 2.6 of 6.2 GB · 24 MB/s · about 2 min 30 s left.\n' +
        'Another window is downloading GLM-Z1-9B-0414 Q4_K_M: checking 6.2 GB.\nLemma is loading Other. Click for actions.',
    );
  });

  it('says that it is checked when all is there, and nothing more of it afterwards', () => {
    bar.show({ kind: 'notChosen' });
    bar.showDownloads([{ ...running, doneBytes: 6.2e9, phase: 'checking' }]);
    assert.equal(item.text, '$(cloud-download) Lemma: checking');
    bar.showDownloads([]);
    assert.equal(item.text, '$(symbol-operator) Lemma');
    assert.equal(item.tooltip, 'Lemma: no model is chosen yet. Click for actions.');
  });
});
