/**
 * Where other programs keep GGUF files, on Linux, macOS and Windows, with their own environment variables. Only names
 * of folders: nothing here looks whether they exist.
 */
import path from 'node:path';

/** Whose folder a model was found in; `lemma` is Lemma's own and `lemma.modelsFolder`. */
export type ModelTool = 'lemma' | 'lmStudio' | 'ollama' | 'huggingFace' | 'llamaCpp';

export interface ModelFolder {
  readonly tool: ModelTool;
  readonly path: string;
  /** How models lie in it: files in folders, Ollama's manifests and blobs, or the hub's snapshots. */
  readonly layout: 'files' | 'ollama' | 'hub';
}

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** The user's home folder. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Folders of other tools, in the order in which a file that lies in two of them is told.
 * @param lmStudioHome what `~/.lmstudio-home-pointer` holds, if there is one
 * @param lmStudioDownloads `downloadsFolder` of LM Studio's settings, if it was changed
 */
export function toolFolders(surroundings: Surroundings, lmStudioHome?: string, lmStudioDownloads?: string): ModelFolder[] {
  const { platform, home, env } = surroundings;
  const join = (...parts: string[]): string => (platform === 'win32' ? path.win32 : path.posix).join(...parts);
  const caches = env.XDG_CACHE_HOME ?? join(home, '.cache');
  const files = (tool: ModelTool, ...folders: (string | undefined)[]): ModelFolder[] =>
    folders.filter(isSet).map((each) => ({ tool, path: each, layout: 'files' }));

  const hub = env.HF_HUB_CACHE ?? env.HUGGINGFACE_HUB_CACHE ?? join(env.HF_HOME ?? join(caches, 'huggingface'), 'hub');
  // Ollama's own service on Linux runs as a user of its own, with that user's home.
  const ollama = [
    env.OLLAMA_MODELS ?? join(home, '.ollama', 'models'),
    ...(platform === 'linux' ? ['/usr/share/ollama/.ollama/models'] : []),
  ];
  return [
    ...files(
      'lmStudio',
      lmStudioDownloads,
      lmStudioHome === undefined ? undefined : join(lmStudioHome, 'models'),
      join(home, '.lmstudio', 'models'),
      // Before LM Studio 0.3.6.
      join(home, '.cache', 'lm-studio', 'models'),
    ),
    ...ollama.filter(isSet).map((each): ModelFolder => ({ tool: 'ollama', path: each, layout: 'ollama' })),
    ...(hub === '' ? [] : [{ tool: 'huggingFace', path: hub, layout: 'hub' } as const]),
    ...files('llamaCpp', env.LLAMA_CACHE ?? llamaCache(platform, home, env, caches)),
  ];
}

/** As llama.cpp's `fs_get_cache_directory`. */
function llamaCache(platform: NodeJS.Platform, home: string, env: Surroundings['env'], caches: string): string {
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Caches', 'llama.cpp');
  if (platform === 'win32') return path.win32.join(env.LOCALAPPDATA ?? path.win32.join(home, 'AppData', 'Local'), 'llama.cpp');
  return path.posix.join(caches, 'llama.cpp');
}

function isSet(folder: string | undefined): folder is string {
  return folder !== undefined && folder !== '';
}
