import { realpath } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { isFileLike } from '../core/placeMentions.ts';
import type { InferenceLog } from './inferenceClient.ts';

/** The window's folders, and what is in them. */
type Folders = Pick<typeof vscode.workspace, 'workspaceFolders' | 'getWorkspaceFolder' | 'findFiles'>;

/** Paths of one question of the panel that are looked for. */
const mostPaths = 100;

/** Files that one search for names may bring; what a name means is then not clear anyway. */
const mostHits = 500;

/** Where nobody means a file when they name it. */
const searchExclude = '**/{node_modules,.git}/**';

/**
 * Finds the files that a model's text names, in the folders of the workspace and nowhere else: the text is hostile input.
 * Nothing is read; a link that leads out of its folder is not followed. Works in untrusted workspaces, where opening a file
 * is allowed, and in virtual ones, as far as their file system can be searched.
 */
export class WorkspacePlaces {
  readonly #log: InferenceLog;
  readonly #workspace: Folders;

  constructor(log: InferenceLog, workspace: Folders = vscode.workspace) {
    this.#log = log;
    this.#workspace = workspace;
  }

  /** @returns those of the paths that name a file, as they came; never throws */
  async existing(paths: readonly string[]): Promise<string[]> {
    const found = await this.#resolve(paths.slice(0, mostPaths).filter((each) => typeof each === 'string' && isFileLike(each, true)));
    return [...found.keys()];
  }

  /** The file that a path means by now. */
  async find(mention: string): Promise<vscode.Uri | undefined> {
    return isFileLike(mention, true) ? (await this.#resolve([mention])).get(mention) : undefined;
  }

  async #resolve(paths: readonly string[]): Promise<Map<string, vscode.Uri>> {
    const found = new Map<string, vscode.Uri>();
    const folders = this.#workspace.workspaceFolders ?? [];
    if (folders.length === 0) return found;
    try {
      const direct = await Promise.all(paths.map(async (each) => this.#firstOf(candidates(each, folders))));
      direct.forEach((uri, index) => uri && found.set(paths[index] ?? '', uri));
      const missing = paths.filter((each) => !found.has(each) && !isAbsolute(each));
      for (const [each, uri] of await this.#searched(missing)) found.set(each, uri);
    } catch (thrown) {
      this.#log.info(`[panel] Files could not be looked for: ${String(thrown)}`);
    }
    return found;
  }

  async #firstOf(uris: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
    for (const uri of uris) if (await this.#isInside(uri)) return uri;
    return undefined;
  }

  /** The end of a path is enough where one file alone has it: models write `answer.ts` for `src/core/answer.ts`. One search for all. */
  async #searched(mentions: readonly string[]): Promise<Map<string, vscode.Uri>> {
    const found = new Map<string, vscode.Uri>();
    if (mentions.length === 0) return found;
    const pattern = mentions.length === 1 ? `**/${mentions[0] ?? ''}` : `**/{${mentions.join(',')}}`;
    const hits = await this.#workspace.findFiles(pattern, searchExclude, mostHits);
    if (hits.length === mostHits) return found;
    for (const mention of mentions) {
      const own = hits.filter((uri) => uri.path.endsWith(`/${mention}`));
      const [only] = own;
      if (only && own.length === 1 && (await this.#isInside(only))) found.set(mention, only);
    }
    return found;
  }

  /** A file under a folder of the workspace, also where links really lead. */
  async #isInside(uri: vscode.Uri): Promise<boolean> {
    const folder = this.#workspace.getWorkspaceFolder(uri);
    if (!folder) return false;
    try {
      const { type } = await vscode.workspace.fs.stat(uri);
      if ((type & vscode.FileType.File) === 0) return false;
      return uri.scheme === 'file' ? await leadsInside(uri.fsPath, folder.uri.fsPath) : await hasNoLink(uri, folder.uri);
    } catch (_thrown) {
      // Not there, or not to be read: then it is not a place.
      return false;
    }
  }
}

function isAbsolute(mention: string): boolean {
  return mention.startsWith('/') || /^[A-Za-z]:/.test(mention);
}

/** What a path may mean without a search: a file under one of the folders, whose name may come first, as the editor writes it. */
function candidates(mention: string, folders: readonly vscode.WorkspaceFolder[]): vscode.Uri[] {
  if (isAbsolute(mention)) {
    return folders.map(({ uri }) => (uri.scheme === 'file' ? vscode.Uri.file(mention) : uri.with({ path: mention })));
  }
  const segments = mention.split('/');
  const named = folders.filter(({ name }) => segments.length > 1 && name === segments[0]);
  return [
    ...folders.map(({ uri }) => vscode.Uri.joinPath(uri, ...segments)),
    ...named.map(({ uri }) => vscode.Uri.joinPath(uri, ...segments.slice(1))),
  ];
}

async function leadsInside(file: string, folder: string): Promise<boolean> {
  const [from, to] = await Promise.all([realpath(folder), realpath(file)]);
  const relative = path.relative(from, to);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** Where links cannot be followed from here (another machine, a virtual folder), none may be on the way. */
async function hasNoLink(uri: vscode.Uri, folder: vscode.Uri): Promise<boolean> {
  const segments = uri.path
    .slice(folder.path.length)
    .split('/')
    .filter((segment) => segment !== '');
  for (let count = 1; count <= segments.length; count += 1) {
    const { type } = await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, ...segments.slice(0, count)));
    if ((type & vscode.FileType.SymbolicLink) !== 0) return false;
  }
  return true;
}
