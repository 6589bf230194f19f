import path from 'node:path';

/**
 * The folder that all windows on one workspace share. VS Code gives each extension host a storage folder alone: the second
 * one gets `ID-1/EXTENSION` beside `ID/EXTENSION`, be it of another window or of one that was reloaded before its last
 * host has ended. Conversations would seem lost there. Lemma's own locks let several windows work in one folder.
 * @param storage path of `context.storageUri`
 */
export function sharedStorageFolder(storage: string): string {
  const extension = path.basename(storage);
  const workspace = path.dirname(storage);
  return path.join(path.dirname(workspace), path.basename(workspace).replace(/(?<=.)-\d+$/, ''), extension);
}
