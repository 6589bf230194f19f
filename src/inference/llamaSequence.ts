/** Moves what a context remembers into another one of another size, so that nothing of it is evaluated twice. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LlamaContextSequence } from 'node-llama-cpp';
import type { EngineLog } from './engine.ts';
import { isAlive } from './processIds.ts';

/** Fewer tokens are evaluated sooner than they are written and read. */
const leastTokens = 64;

const folderName = /^lemma-context-(\d+)-/;
let swept = false;

/** Named after this process, so that what a process that was killed has left is found by the next one. */
async function contextFolder(): Promise<string> {
  if (!swept) {
    swept = true;
    const left = (await readdir(tmpdir()).catch(() => [])).filter((name) => !isAlive(Number(folderName.exec(name)?.[1] ?? process.pid)));
    // Another user's are refused, and are that user's to remove.
    for (const name of left) await rm(path.join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
  return mkdtemp(path.join(tmpdir(), `lemma-context-${process.pid}-`));
}

export interface MovedSequence {
  /** Gives the new sequence what the old one remembered, as far as it fits. */
  into(sequence: LlamaContextSequence): Promise<void>;
  forget(): void;
}

/**
 * Takes what the sequence remembers, through a file that only this user can read. Where there is no room for that, it is
 * evaluated again with the next prompt.
 */
export async function moveSequence(sequence: LlamaContextSequence, log: EngineLog): Promise<MovedSequence> {
  const copy = await copySequence(sequence, log);
  const forget = (): void => copy.forget();
  return { into: (next) => copy.into(next).finally(forget), forget };
}

/** The same for any number of sequences: nothing is forgotten until it is asked for. */
export async function copySequence(sequence: LlamaContextSequence, log: EngineLog): Promise<MovedSequence> {
  if (sequence.nextTokenIndex < leastTokens) return { into: () => Promise.resolve(), forget: () => undefined };
  let folder: string | undefined;
  const forget = (): void => {
    if (folder !== undefined) void rm(folder, { recursive: true, force: true }).catch(() => undefined);
    folder = undefined;
  };
  let file: string | undefined;
  try {
    folder = await contextFolder();
    file = path.join(folder, 'sequence');
    await sequence.saveStateToFile(file);
  } catch (error) {
    log('warn', `What the context remembers cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
    forget();
    file = undefined;
  }
  return {
    forget,
    into: async (next) => {
      if (file === undefined) return;
      try {
        // Written a moment ago by this process, with the same model.
        await next.loadStateFromFile(file, { acceptRisk: true });
      } catch (error) {
        log('warn', `What the context remembered cannot be read back: ${error instanceof Error ? error.message : String(error)}`);
        await next.clearHistory();
      }
    },
  };
}
