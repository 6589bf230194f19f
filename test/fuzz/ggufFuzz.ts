import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LemmaFailure } from '../../src/core/errors.ts';
import type { Client } from '../process/support.ts';
import { ask, fixtureModel, loaded, newClient, reply } from '../process/support.ts';
import { ggufMutations } from './ggufMutations.ts';

export interface FuzzReport {
  /** Copies by what became of them: `loaded`, or the code of the error. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Copies that ended the engine, or were refused without a clear error: a sentence each, with the seed. */
  readonly failures: readonly string[];
}

/** Far more than a tiny model takes: only a reader that hangs needs it. */
const limitMs = 15_000;

/** What a person is told a way forward for. Anything else, `engineCrashed` before all, is a failure. */
const clear = ['modelNotGguf', 'modelDamaged', 'modelTruncated', 'modelLoadFailed', 'insufficientMemory'];

/**
 * Loads damaged copies of the tiny model in the real engine, one after another in a process of its own, and asks the
 * ones that load for a few tokens.
 * @param seed of the first copy; those behind it count on
 */
export async function fuzzGguf(copies: number, seed: number, onDone: (done: number) => void = () => undefined): Promise<FuzzReport> {
  const mutate = ggufMutations(readFileSync(fixtureModel));
  const folder = mkdtempSync(path.join(tmpdir(), 'lemma-fuzz-'));
  const outcomes = new Map<string, number>();
  const failures: string[] = [];
  let engine = newClient();
  try {
    for (let index = 0; index < copies; index++) {
      const { bytes, what } = mutate(seed + index);
      const modelPath = path.join(folder, `${index}.gguf`);
      writeFileSync(modelPath, bytes);
      const outcome = await outcomeInTime(engine.client, modelPath);
      rmSync(modelPath);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome !== 'loaded' && !clear.includes(outcome)) {
        failures.push(`seed ${seed + index} (${what}): ${outcome}`);
        await engine.client.dispose();
        engine = newClient();
      }
      onDone(index + 1);
    }
    // What was damaged before it does not matter to a good one.
    await loaded(engine.client);
    const { text } = await reply(engine.client, ask('What is 2 + 2?'));
    assert.match(text, /\\boxed\{4\}/);
  } finally {
    await engine.client.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
  return { outcomes, failures };
}

async function outcomeInTime(client: Client, modelPath: string): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const hanging = new Promise<string>((resolve) => (timer = setTimeout(() => resolve('hangs'), limitMs)));
  const outcome = await Promise.race([outcomeOf(client, modelPath), hanging]);
  clearTimeout(timer);
  if (outcome === 'hangs' && client.pid !== undefined) process.kill(client.pid, 'SIGKILL');
  return outcome;
}

async function outcomeOf(client: Client, modelPath: string): Promise<string> {
  try {
    await loaded(client, { modelPath, contextTokens: 256 });
  } catch (error) {
    return error instanceof LemmaFailure ? error.error.code : String(error);
  }
  try {
    await reply(client, ask('What is 2 + 2?', { maxTokens: 4 }));
    return 'loaded';
  } catch (error) {
    // A model without sense may refuse to speak; it may not take its process down.
    if (error instanceof LemmaFailure && error.error.code === 'engineCrashed') return 'engineCrashed while replying';
    return error instanceof LemmaFailure ? 'loaded' : String(error);
  }
}
