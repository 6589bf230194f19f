/**
 * Finds GGUF files that are on this computer already, so that nobody downloads six gigabytes twice. Runs without `vscode`.
 * It only lists folders and reads small manifests; what cannot be read is passed over, for these are other people's folders.
 */
import type { Dirent } from 'node:fs';
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelFolder, ModelTool, Surroundings } from './modelFolders.ts';
import { toolFolders } from './modelFolders.ts';

export interface FoundModel {
  readonly tool: ModelTool;
  /** Of the first part, where a model is split. */
  readonly path: string;
  /** How the tool calls it: the file's name, or `unsloth/GLM-Z1-9B-0414-GGUF:Q4_K_M`. */
  readonly label: string;
  /** Of all parts. */
  readonly bytes: number;
}

/** Folders deep, and folders in all: models lie three or four deep, and somebody's whole disk may be linked in. */
const maxDepth = 6;
const maxFolders = 4000;

/** Smaller files are adapters, vocabularies and rests of downloads. */
const defaultMinBytes = 1024 ** 2;

const splitPart = /-(\d{5})-of-(\d{5})\.gguf$/i;

export interface FindOptions {
  readonly signal?: AbortSignal;
  /** Bytes; smaller files are no models. */
  readonly minBytes?: number;
}

/**
 * @param folders in order: a file that is found in two of them (as itself and by a link) is told once, for the first one
 * @returns sorted by folder, then by label
 */
export async function findModelFiles(
  folders: readonly ModelFolder[],
  { signal, minBytes = defaultMinBytes }: FindOptions = {},
): Promise<FoundModel[]> {
  const found = new Map<string, FoundModel>();
  /** Real paths of all folders that were listed, so that a link back to a parent is no endless way. */
  const visited = new Set<string>();
  for (const folder of folders) {
    signal?.throwIfAborted();
    const candidates = folder.layout === 'ollama' ? await ollamaModels(folder.path, signal) : await ggufFiles(folder, visited, signal);
    for (const candidate of candidates) {
      const model = await measured(candidate, folder.tool);
      if (!model || model.bytes < minBytes) continue;
      const real = (await realPathOf(model.path)) ?? model.path;
      if (!found.has(real)) found.set(real, model);
    }
  }
  return [...found.values()];
}

/** The folders of the other tools on this computer, as their settings and variables name them. */
export async function localToolFolders(surroundings: Surroundings): Promise<ModelFolder[]> {
  const { home } = surroundings;
  const pointer = (await readText(path.join(home, '.lmstudio-home-pointer')))?.trim();
  const lmStudioHome = pointer === undefined || pointer === '' ? undefined : pointer;
  const settings = await readText(path.join(lmStudioHome ?? path.join(home, '.lmstudio'), 'settings.json'));
  return toolFolders(surroundings, lmStudioHome, textProperty(settings, 'downloadsFolder'));
}

interface Candidate {
  readonly path: string;
  readonly label: string;
}

/** The GGUF files under a folder (or the one file that it is), first parts only, without the projectors that go beside models which see. */
async function ggufFiles(folder: ModelFolder, visited: Set<string>, signal: AbortSignal | undefined): Promise<Candidate[]> {
  const files: string[] = [];
  // The configured model is a file of its own, whatever it is called.
  if ((await fileSize(folder.path)) !== undefined) return [{ path: folder.path, label: path.basename(folder.path) }];
  const waiting: { readonly path: string; readonly depth: number }[] = [{ path: folder.path, depth: 0 }];
  for (let at = waiting.shift(); at; at = waiting.shift()) {
    signal?.throwIfAborted();
    const real = await realPathOf(at.path);
    if (real === undefined || visited.has(real) || visited.size >= maxFolders) continue;
    visited.add(real);
    for (const entry of await entriesOf(at.path)) {
      const full = path.join(at.path, entry.name);
      const kind = await kindOf(entry, full);
      if (kind === 'folder' && at.depth < maxDepth && !skipsFolder(folder, entry.name)) waiting.push({ path: full, depth: at.depth + 1 });
      if (kind === 'file' && isModelFileName(entry.name)) files.push(full);
    }
  }
  return files.sort().map((file) => ({ path: file, label: labelOf(folder, file) }));
}

/** A hub's blobs have no names; its snapshots link to them. */
function skipsFolder(folder: ModelFolder, name: string): boolean {
  return folder.layout === 'hub' && (name === 'blobs' || name === 'refs' || name === '.locks');
}

function isModelFileName(name: string): boolean {
  if (!/\.gguf$/i.test(name) || /^mmproj/i.test(name)) return false;
  const part = splitPart.exec(name);
  return !part || Number(part[1]) === 1;
}

/** `models--owner--name/snapshots/<revision>/file` is called `owner/name: file`. */
function labelOf(folder: ModelFolder, file: string): string {
  const name = path.basename(file);
  if (folder.layout !== 'hub') return name;
  const [repository] = path.relative(folder.path, file).split(path.sep);
  const readable = repository?.replace(/^models--/, '').replaceAll('--', '/');
  return readable ? `${readable}: ${name}` : name;
}

/**
 * Ollama: `manifests/<registry>/<owner>/<model>/<tag>` is JSON; its layer of the model's media type names the blob.
 * (ollama/ollama, `server/manifest.go`; the blob's file name has a dash in place of the digest's colon.)
 */
async function ollamaModels(root: string, signal: AbortSignal | undefined): Promise<Candidate[]> {
  const manifests = path.join(root, 'manifests');
  const models: Candidate[] = [];
  const files = await readdir(manifests, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of files.slice(0, maxFolders)) {
    signal?.throwIfAborted();
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const digest = modelDigest(await readText(file));
    if (digest === undefined) continue;
    const [registry = '', ...rest] = path.relative(manifests, file).split(path.sep);
    const tag = rest.pop();
    const name = registry === 'registry.ollama.ai' ? rest.join('/').replace(/^library\//, '') : [registry, ...rest].join('/');
    models.push({ path: path.join(root, 'blobs', digest.replace(':', '-')), label: `${name}:${tag}` });
  }
  return models.sort((a, b) => a.label.localeCompare(b.label));
}

function modelDigest(manifest: string | undefined): string | undefined {
  const { layers } = (parsed(manifest) ?? {}) as { layers?: unknown };
  if (!Array.isArray(layers)) return undefined;
  for (const layer of layers as unknown[]) {
    const { mediaType, digest } = (layer ?? {}) as { mediaType?: unknown; digest?: unknown };
    // The form is checked because it becomes part of a path.
    if (mediaType === 'application/vnd.ollama.image.model' && typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest))
      return digest;
  }
  return undefined;
}

/** With its size; nothing when the file is gone, empty, or a later part is missing. */
async function measured(candidate: Candidate, tool: ModelTool): Promise<FoundModel | undefined> {
  let bytes = 0;
  for (const part of partsOf(candidate.path)) {
    const size = await fileSize(part);
    if (size === undefined) return undefined;
    bytes += size;
  }
  return { ...candidate, tool, bytes };
}

/** All parts of a split model, or the one file. */
export function partsOf(file: string): string[] {
  const match = splitPart.exec(file);
  if (!match) return [file];
  const count = Number(match[2]);
  return Array.from({ length: count }, (_, index) => file.replace(splitPart, `-${String(index + 1).padStart(5, '0')}-of-${match[2]}.gguf`));
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

async function kindOf(entry: Dirent, full: string): Promise<'file' | 'folder' | undefined> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return undefined;
  const target = await stat(full).catch(() => undefined);
  return target?.isFile() ? 'file' : target?.isDirectory() ? 'folder' : undefined;
}

async function fileSize(file: string): Promise<number | undefined> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() ? stats.size : undefined;
}

async function realPathOf(file: string): Promise<string | undefined> {
  return realpath(file).catch(() => undefined);
}

/** Manifests and settings are small; a large file by their name is not read. */
async function readText(file: string): Promise<string | undefined> {
  const size = await fileSize(file);
  if (size === undefined || size > 1024 ** 2) return undefined;
  return readFile(file, 'utf8').catch(() => undefined);
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textProperty(json: string | undefined, name: string): string | undefined {
  const value = (parsed(json) as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
