import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { machineText, modelPickItems } from '../../src/host/models/modelPickItems.ts';
import { closeAll, turnEnd, untitled } from './editing.ts';

describe('choosing a model', () => {
  let app: LemmaApp;
  let tiny: string;
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('lemma');
  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
    tiny = settings().get('model.path', '');
    assert.notEqual(tiny, '');
  });
  afterEach(async () => {
    await settings().update('model.path', tiny, vscode.ConfigurationTarget.Global);
    await app.newConversation();
    await closeAll();
  });

  it('offers what is here and what can be fetched, with what fits on the measured machine', async () => {
    const found = await app.models.offers();
    assert.ok(found);
    const items = modelPickItems(found.offers, found.machine, tiny);
    const sections = items.filter(({ kind }) => kind === vscode.QuickPickItemKind.Separator).map(({ label }) => label);
    assert.deepEqual(sections.slice(-2), ['To download: answers without thinking', 'Elsewhere']);
    assert.equal(sections.at(-3), 'To download');
    assert.equal(sections[0], 'Recommended for this computer');
    const own = items.find(({ pick }) => pick?.kind === 'local' && pick.local.path === tiny);
    assert.equal(own?.label, '$(check) GLM-Z1-9B-0414 F16');
    assert.equal(own?.description, '6 MB · CPU only: slow');
    const download = items.find(({ label }) => label === '$(cloud-download) GLM-4-9B-0414 Q4_K_M');
    assert.match(download?.description ?? '', /^6\.2 GB · /);
    assert.equal(download?.detail, undefined);
    const without = items.findIndex(({ label }) => label === 'To download: answers without thinking');
    assert.ok(download && items.indexOf(download) > without);
    assert.equal(items.at(-1)?.pick?.kind, 'otherFile');
    assert.match(machineText(found.machine), /^No GPU that can be used · [\d.]+ GB of memory · [\d.]+ GB free on the disk$/);
  });

  it('is what the first question leads to, which is asked by itself when the model is there', async () => {
    await settings().update('model.path', '', vscode.ConfigurationTarget.Global);
    await untitled('markdown', '¦What is 17 + 25?¦');
    const ended = turnEnd(app);
    await vscode.commands.executeCommand('lemma.solveSelection');
    const refused = await ended;
    assert.ok(refused.end?.kind === 'failed' && refused.end.error.code === 'modelNotChosen');
    assert.ok(app.models.pending, 'The list of models is not open.');
    // As closing it by Escape does.
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    const answered = turnEnd(app);
    await settings().update('model.path', tiny, vscode.ConfigurationTarget.Global);
    const turn = await answered;
    assert.equal(turn.question.id, refused.question.id);
    assert.equal(turn.end?.kind, 'complete');
    assert.match(turn.answer, /42/);
    assert.equal(app.models.pending, false);
  });
});
