import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { WorkspacePlaces } from '../../src/host/workspacePlaces.ts';

/** Files in memory, as an extension for a remote repository has them: they can be asked for, and not searched. */
class MemoryFiles implements vscode.FileSystemProvider {
  readonly #files: ReadonlySet<string>;
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  constructor(files: readonly string[]) {
    this.#files = new Set(files);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const isFolder = [...this.#files].some((file) => file.startsWith(`${uri.path}/`));
    if (!isFolder && !this.#files.has(uri.path)) throw vscode.FileSystemError.FileNotFound(uri);
    const type = isFolder ? vscode.FileType.Directory : vscode.FileType.File;
    return { type: uri.path.endsWith('link.py') ? type | vscode.FileType.SymbolicLink : type, ctime: 0, mtime: 0, size: 0 };
  }

  readonly watch = (): vscode.Disposable => new vscode.Disposable(() => undefined);
  readonly readDirectory = (): [string, vscode.FileType][] => [];
  readonly readFile = (): Uint8Array => new Uint8Array();
  readonly createDirectory = (): void => undefined;
  readonly writeFile = (): void => undefined;
  readonly delete = (): void => undefined;
  readonly rename = (): void => undefined;
}

const nowhere = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined, trace: () => undefined };

/** A stand-in for the window's list of folders, which cannot be changed without a new window; files and search are VS Code's own. */
function windowOf(...uris: readonly vscode.Uri[]): ConstructorParameters<typeof WorkspacePlaces>[1] {
  const workspaceFolders = uris.map((uri, index) => ({ uri, index, name: path.posix.basename(uri.path) }));
  return {
    workspaceFolders,
    getWorkspaceFolder: (uri) =>
      workspaceFolders.find((folder) => folder.uri.scheme === uri.scheme && uri.path.startsWith(`${folder.uri.path}/`)),
    findFiles: async (include, exclude, most) => {
      const searched = workspaceFolders.filter(({ uri }) => uri.scheme === 'file');
      const found = searched.map((folder) =>
        vscode.workspace.findFiles(new vscode.RelativePattern(folder.uri, include as string), exclude, most),
      );
      return (await Promise.all(found)).flat();
    },
  };
}

describe('places that a text names', () => {
  let root: string;
  const uri = (...parts: string[]): vscode.Uri => vscode.Uri.file(path.join(root, ...parts));
  before(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), 'lemma-places-')));
    const files = [
      'one/poly.py',
      'one/src/deep/only.ts',
      'one/both.md',
      'one/Über uns.md',
      'one/说明.md',
      'two/both.md',
      'two/second.rs',
      'outside/secret.py',
    ];
    for (const file of files) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), 'text\n');
    }
    await symlink(path.join(root, 'outside/secret.py'), path.join(root, 'one/link.py'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('are files of the folders, by their path, the end of it, or with the folder’s name, in every language and with spaces', async () => {
    const places = new WorkspacePlaces(nowhere, windowOf(uri('one')));
    const named = [
      'poly.py',
      'src/deep/only.ts',
      'only.ts',
      'deep/only.ts',
      'one/poly.py',
      'Über uns.md',
      '说明.md',
      'missing.py',
      uri('one/poly.py').path,
    ];
    assert.deepEqual((await places.existing(named)).sort(), named.filter((each) => each !== 'missing.py').sort());
    assert.equal((await places.find('only.ts'))?.fsPath, path.join(root, 'one/src/deep/only.ts'));
  });

  it('are in any of several folders; the first has what two have, and their names tell them apart', async () => {
    const places = new WorkspacePlaces(nowhere, windowOf(uri('one'), uri('two')));
    assert.deepEqual(await places.existing(['second.rs', 'both.md', 'two/both.md']), ['second.rs', 'both.md', 'two/both.md']);
    assert.equal((await places.find('both.md'))?.fsPath, path.join(root, 'one/both.md'));
    assert.equal((await places.find('two/both.md'))?.fsPath, path.join(root, 'two/both.md'));
  });

  it('are nowhere else: not above the folder, not where a link leads, not without a folder', async () => {
    const places = new WorkspacePlaces(nowhere, windowOf(uri('one')));
    assert.deepEqual(
      await places.existing([
        '../outside/secret.py',
        uri('outside/secret.py').path,
        'link.py',
        'secret.py',
        '/etc/passwd',
        'src',
        'src/deep',
      ]),
      [],
    );
    assert.deepEqual(await new WorkspacePlaces(nowhere, windowOf()).existing(['poly.py']), []);
  });

  it('are found in a virtual folder by their path, but for links, of which nobody knows where they lead', async () => {
    const provider = vscode.workspace.registerFileSystemProvider('lemma-memory', new MemoryFiles(['/repo/src/main.py', '/repo/link.py']));
    try {
      const places = new WorkspacePlaces(nowhere, windowOf(vscode.Uri.parse('lemma-memory:/repo'), uri('two')));
      assert.deepEqual(await places.existing(['src/main.py', 'repo/src/main.py', 'link.py', 'src/other.py', 'second.rs']), [
        'src/main.py',
        'repo/src/main.py',
        'second.rs',
      ]);
    } finally {
      provider.dispose();
    }
  });

  it('are not asked about with what is no path', async () => {
    const places = new WorkspacePlaces(nowhere, windowOf(uri('one')));
    const odd = ['', '*', '**/*.py', '{poly.py,both.md}', 'poly.py\0', 'a'.repeat(1_000), 42, null] as unknown as string[];
    assert.deepEqual(await places.existing(odd), []);
  });
});
