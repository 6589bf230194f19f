import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isStateOf } from '../shared/savedStates.ts';
import type { InferenceLog } from './inferenceClient.ts';

/** The folder where the inference process keeps what the context remembers of conversations, as the host sees it. */
export class SavedStateFolder {
  readonly folder: string;
  readonly #process: { forget(conversation: string): Promise<void> };
  readonly #log: InferenceLog;

  /** @param process the inference process, where it runs */
  constructor(folder: string, process: { forget(conversation: string): Promise<void> }, log: InferenceLog) {
    this.folder = folder;
    this.#process = process;
    this.#log = log;
  }

  /** Nothing of a conversation stays here: its files go, and the process writes no more of them. Never fails. */
  async forget(conversation: string): Promise<void> {
    const failed = (error: unknown): void => this.#log.warn(`[states] A state cannot be removed: ${String(error)}`);
    // The process may be busy for seconds, or not there at all.
    await Promise.all([this.#process.forget(conversation).catch(failed), this.#remove(conversation).catch(failed)]);
  }

  async #remove(conversation: string): Promise<void> {
    const names = await readdir(this.folder).catch((): string[] => []);
    const own = names.filter((name) => isStateOf(conversation, name));
    await Promise.all(own.map((name) => rm(path.join(this.folder, name), { force: true })));
  }
}
