import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { DownloadRequest } from '../../src/host/download/downloadRecord.ts';
import type { PanelNote } from '../../src/shared/panelProtocol.ts';
import { smallGguf } from '../harness/ggufFile.ts';
import { HubServer } from '../harness/hubServer.ts';
import { until } from './editing.ts';

const request: DownloadRequest = {
  model: {
    id: 'glm-z1-9b-0414',
    name: 'GLM-Z1-9B-0414',
    sources: [{ repository: 'someone/Model-GGUF', filePattern: 'Model-{quantisation}.gguf' }],
  },
  quantisation: 'Q4_K_M',
};

describe('a download in the extension host', () => {
  const bytes = smallGguf(300_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'lemma-models-'));
  const changed: [section: string, name: string][] = [];
  let hub: HubServer;
  const set = async (section: string, name: string, value: string): Promise<void> => {
    changed.push([section, name]);
    await vscode.workspace.getConfiguration(section).update(name, value, vscode.ConfigurationTarget.Global);
  };
  const app = async () => (await vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma')!.activate()).app();

  before(async () => {
    hub = await HubServer.start();
    hub.put('someone/Model-GGUF/Model-Q4_K_M.gguf', bytes);
    hub.put('someone/Model-GGUF/Model-Q6_K.gguf', bytes);
    hub.put('someone/Model-GGUF/Model-Q8_0.gguf', smallGguf(100));
    await set('lemma', 'modelsFolder', folder);
    await set('lemma', 'model.endpoint', hub.endpoint);
  });
  after(async () => {
    for (const [section, name] of changed)
      await vscode.workspace.getConfiguration(section).update(name, undefined, vscode.ConfigurationTarget.Global);
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('ends with a checked model in the folder of the settings, and says in the panel how far it is', async () => {
    const { downloads, panel } = await app();
    const said: string[] = [];
    const listener = panel.onDidChange(({ kind }) => {
      if (kind === 'download' && panel.download) said.push(panel.download.text);
    });
    const file = await downloads.start(request);
    listener.dispose();
    assert.equal(file, path.join(folder, 'someone', 'Model-GGUF', 'Model-Q4_K_M.gguf'));
    assert.ok(readFileSync(file).equals(bytes));
    assert.ok(
      said.some((text) => text.startsWith('Downloading GLM-Z1-9B-0414 Q4_K_M: ')),
      said.join('\n'),
    );
    assert.equal(panel.download, undefined, 'Nothing is said any more when it is there.');
  });

  it('is what questions without a model wait for, and all of them are asked when one is there', async () => {
    const lemma = await app();
    const { downloads, panel, conversations, models } = lemma;
    const tiny = vscode.workspace.getConfiguration('lemma').get('model.path', '');
    let goOn = (): void => undefined;
    const rest = new Promise<void>((resolve) => (goOn = resolve));
    hub.fault = ({ on }) => (on === 'files' ? { pause: { after: 100_000, until: rest } } : undefined);
    try {
      await lemma.newConversation();
      await vscode.workspace.getConfiguration('lemma').update('model.path', '', vscode.ConfigurationTarget.Global);
      const fetched = downloads.start({ ...request, quantisation: 'Q6_K' });
      await until(panel.onDidChange, () => panel.fetching);
      assert.match(panel.welcome.text, /GLM-Z1-9B-0414 Q6_K is being downloaded; what you ask until then is answered/);
      assert.deepEqual(panel.welcome.buttons, []);
      await lemma.turns.ask({ task: 'ask', text: 'What is 17 + 25?' });
      await lemma.turns.ask({ task: 'ask', text: 'What is 11 + 12?' });
      const notes = (): (PanelNote | undefined)[] =>
        (conversations.current?.turns ?? []).map(({ question }) => panel.words(question.id)?.note);
      for (const note of notes()) {
        assert.match(note?.text ?? '', /^GLM-Z1-9B-0414 Q6_K is being downloaded\. Your question is kept/);
        assert.deepEqual(note?.buttons, []);
      }
      assert.equal(notes().length, 2);
      assert.equal(models.pending, false, 'Nobody is led to a choice that is made.');
      await downloads.act('pauseDownload');
      await fetched;
      assert.equal(panel.fetching, undefined);
      for (const note of notes()) assert.equal(note?.buttons[0]?.action, 'chooseModel');
      const answered = until(conversations.onDidAppend, () =>
        conversations.current?.turns.every(({ end }) => end?.kind === 'complete') === true ? conversations.current.turns : undefined,
      );
      await vscode.workspace.getConfiguration('lemma').update('model.path', tiny, vscode.ConfigurationTarget.Global);
      const [first, second] = await answered;
      assert.match(first?.answer ?? '', /42/);
      assert.match(second?.answer ?? '', /23/);
    } finally {
      goOn();
      hub.fault = () => undefined;
      await vscode.workspace.getConfiguration('lemma').update('model.path', tiny, vscode.ConfigurationTarget.Global);
      await downloads.act('removeDownload');
      await lemma.newConversation();
    }
  });

  it('that fails says why, with buttons for a way on', async () => {
    const { downloads, panel } = await app();
    assert.equal(await downloads.start({ ...request, quantisation: 'Q2_K' }), undefined);
    assert.match(panel.download?.text ?? '', /has no someone\/Model-GGUF\/Model-Q2_K\.gguf\. Choose another/);
    assert.ok(panel.download?.buttons.some(({ action }) => action === 'chooseModel'));
    await downloads.act('removeDownload');
    assert.equal(panel.download, undefined);
  });

  it('goes through the proxy of VS Code’s settings', async () => {
    // The hub plays the proxy too: no name server knows this host, so the file can only come through it.
    hub.redirects = false;
    await set('http', 'proxy', hub.endpoint);
    await set('lemma', 'model.endpoint', 'http://hub.lemma.invalid');
    const { downloads } = await app();
    const file = await downloads.start({ ...request, quantisation: 'Q8_0' });
    assert.ok(file && readFileSync(file).equals(smallGguf(100)));
    assert.ok(hub.requests.some(({ host }) => host === 'hub.lemma.invalid'));
  });
});
