import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Attachments } from '../../src/host/attachments.ts';
import type { InferenceLog } from '../../src/host/inferenceClient.ts';
import type { ModelService } from '../../src/host/modelService.ts';
import type { PanelModel } from '../../src/host/panel/panelModel.ts';
import { fileAttachment, selectionAttachment } from '../../src/host/editor/readAttachment.ts';
import { TokenCounter } from '../../src/host/tokenCounter.ts';
import type { AttachmentOffer, PanelNote } from '../../src/shared/panelProtocol.ts';
import { closeAll, TemporaryFiles } from './editing.ts';

const quiet: InferenceLog = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {} };

/** The panel's side of it: what is shown, and an event for each change. */
class Shown {
  chips: readonly AttachmentOffer[] = [];
  notice: PanelNote | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  showAttachments(chips: readonly AttachmentOffer[]): void {
    this.chips = chips;
    this.#changed.fire();
  }

  showNotice(notice: PanelNote | undefined): void {
    this.notice = notice;
  }

  /** Resolves when the labels are these. */
  labels(...wanted: string[]): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (this.chips.map(({ label }) => label).join() !== wanted.join()) return;
        listener.dispose();
        resolve();
      };
      const listener = this.onDidChange(check);
      check();
    });
  }
}

/** A disk of its own with one file, whose reading can be held up. */
class SlowFiles implements vscode.FileSystemProvider {
  readonly uri = vscode.Uri.parse('lemma-slow:/slow.txt');
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;
  #mayRead: Promise<void> = Promise.resolve();
  readonly #content: Uint8Array;
  readonly #registered: vscode.Disposable;

  constructor(content: string) {
    this.#content = new TextEncoder().encode(content);
    this.#registered = vscode.workspace.registerFileSystemProvider('lemma-slow', this);
  }

  /** @returns what lets it be read */
  hold(): () => void {
    let go = (): void => undefined;
    this.#mayRead = new Promise((resolve) => (go = resolve));
    return go;
  }

  async readFile(): Promise<Uint8Array> {
    await this.#mayRead;
    return this.#content;
  }

  stat(): vscode.FileStat {
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: this.#content.length };
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [['slow.txt', vscode.FileType.File]];
  }

  createDirectory(): void {}
  writeFile(): void {}
  delete(): void {}
  rename(): void {}

  dispose(): void {
    this.#registered.dispose();
  }
}

describe('the attachments of the next question', () => {
  const files = new TemporaryFiles();
  let shown: Shown;
  let memory: Map<string, unknown>;
  let attachments: Attachments;

  /** As the window starts: with what the last one remembered. */
  const start = (): Attachments => {
    shown = new Shown();
    const memento = {
      keys: () => [...memory.keys()],
      get: (key: string, other?: unknown) => memory.get(key) ?? other,
      update: (key: string, value: unknown) => {
        // As VS Code keeps it.
        if (value === undefined) memory.delete(key);
        else memory.set(key, JSON.parse(JSON.stringify(value)));
        return Promise.resolve();
      },
    };
    const model = { state: { kind: 'notChosen' }, onDidChange: () => ({ dispose: () => {} }) } as unknown as ModelService;
    return new Attachments(shown as unknown as PanelModel, model, new TokenCounter(model, quiet), memento as vscode.Memento);
  };

  beforeEach(() => {
    memory = new Map();
    attachments = start();
  });
  afterEach(async () => {
    attachments.dispose();
    await closeAll();
    await files.remove();
  });

  it('are shown with an estimate while no model is there, once each', async () => {
    const uri = await files.create('a.txt', 'some text');
    await attachments.addFiles([uri]);
    await attachments.addFiles([uri]);
    assert.deepEqual(
      shown.chips.map(({ label, kind, estimated }) => [label, kind, estimated]),
      [['a.txt', 'file', true]],
    );
    assert.ok(shown.chips[0]!.tokens > 0);
    assert.equal((await attachments.read())[0]?.tokens, undefined);
  });

  it('are taken away one by one, or all', async () => {
    await attachments.addFiles([await files.create('a.txt', 'a'), await files.create('b.txt', 'b')]);
    await attachments.remove(shown.chips[0]!.id);
    assert.deepEqual(
      shown.chips.map(({ label }) => label),
      ['b.txt'],
    );
    await attachments.set([]);
    assert.deepEqual(shown.chips, []);
  });

  it('that can be read are attached, and for the others the reasons are said', async () => {
    const text = await files.create('a.txt', 'a');
    await attachments.addFiles([text, vscode.Uri.joinPath(text, '..'), await files.create('b.bin', new Uint8Array([0, 1, 0]))]);
    assert.deepEqual(
      shown.chips.map(({ label }) => label),
      ['a.txt'],
    );
    assert.match(shown.notice?.text ?? '', /is a folder\. .*b\.bin is not a text file\./);
  });

  it('are twenty at once, and files that were dropped without their places none', async () => {
    const uris = await Promise.all(Array.from({ length: 21 }, (_, index) => files.create(`${index}.txt`, `${index}`)));
    await attachments.addFiles(uris);
    assert.equal(shown.chips.length, 20);
    assert.match(shown.notice?.text ?? '', /^Only the first 20 files were attached\./);
    await attachments.addFiles([]);
    assert.match(shown.notice?.text ?? '', /^Lemma was not told where the dropped files are\./);
  });

  it('follow the edits of their document, and are read with them', async () => {
    const editor = await files.open('a.py', 'x = 1\n¦y = 2¦\n');
    await attachments.add(selectionAttachment(editor), await fileAttachment(editor.document.uri));
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), 'z = 3\n');
      edit.insert(new vscode.Position(1, 1), 'yy');
    });
    await shown.labels('a.py:3', 'a.py');
    assert.deepEqual(
      (await attachments.read()).map(({ text }) => text),
      ['yyy = 2', 'z = 3\nx = 1\nyyy = 2\n'],
    );
  });

  it('follow what is reported of their document', async () => {
    const editor = await files.open('a.txt', 'one\n');
    const reported = vscode.languages.createDiagnosticCollection('lemma-test');
    const { problemsAttachment } = await import('../../src/host/editor/readAttachment.ts');
    await attachments.add(problemsAttachment(editor.document));
    await shown.labels('No problems');
    reported.set(editor.document.uri, [new vscode.Diagnostic(new vscode.Range(0, 0, 0, 3), 'Wrong.')]);
    await shown.labels('1 problem');
    reported.dispose();
    await shown.labels('No problems');
  });

  it('are there again after the window was reloaded, as their files are then', async () => {
    const uri = await files.create('a.txt', 'before');
    const editor = await files.open('b.py', 'x = 1\n¦y = 2¦\n');
    await attachments.addFiles([uri]);
    await attachments.add(selectionAttachment(editor));
    attachments.dispose();
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('after the reload'));
    attachments = start();
    await shown.labels('a.txt', 'b.py:2');
    assert.deepEqual(
      (await attachments.read()).map(({ text }) => text),
      ['after the reload', 'y = 2'],
    );
  });

  it('keep what is reported while another file is still read after the reload', async () => {
    const slow = new SlowFiles('slow\n');
    const editor = await files.open('a.txt', 'one\n');
    const { problemsAttachment } = await import('../../src/host/editor/readAttachment.ts');
    await attachments.add(problemsAttachment(editor.document), await fileAttachment(slow.uri));
    attachments.dispose();
    const letRead = slow.hold();
    attachments = start();
    const reported = vscode.languages.createDiagnosticCollection('lemma-test');
    const told = new Promise((resolve) => vscode.languages.onDidChangeDiagnostics(resolve));
    reported.set(editor.document.uri, [new vscode.Diagnostic(new vscode.Range(0, 0, 0, 3), 'Wrong.')]);
    await told;
    await shown.labels('1 problem', 'slow.txt');
    const readAll = new Promise<void>((resolve) => {
      shown.onDidChange(() => {
        if (attachments.current.some(({ text }) => text === 'slow\n')) resolve();
      });
    });
    letRead();
    await readAll;
    await shown.labels('1 problem', 'slow.txt');
    reported.dispose();
    slow.dispose();
  });
});
