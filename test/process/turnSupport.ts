import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Conversations } from '../../src/host/conversations.ts';
import type { InferenceLog } from '../../src/host/inferenceClient.ts';
import type { ModelSettings } from '../../src/host/config.ts';
import { EngineSilence } from '../../src/host/engineSilence.ts';
import { ModelService } from '../../src/host/modelService.ts';
import { TurnRunner } from '../../src/host/turn.ts';
import type { Backend } from '../../src/host/backend.ts';
import { fixtureModel, greedy, newClient } from './support.ts';

const quiet: InferenceLog = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {} };

/** Conversations on a real disk whose questions the real engine answers, as the extension host wires them. */
export interface TurnBench {
  readonly conversations: Conversations;
  readonly turns: TurnRunner;
  readonly model: ModelService;
  readonly log: InferenceLog;
  /** Another window on the same folder that shows what this one showed last. */
  reopened(): Promise<Conversations>;
  close(): Promise<void>;
}

/**
 * @param change of the model's settings
 * @param client what answers: the inference process
 * @param silenceScale of the times after which an engine is said to be silent
 */
export async function turnBench(
  change: Partial<ModelSettings> = {},
  maxTokens = 1000,
  client: Backend = newClient().client,
  silenceScale = 1,
): Promise<TurnBench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lemma-turns-'));
  const model = new ModelService(
    client,
    () => ({ modelPath: fixtureModel, gpu: 'cpu', contextTokens: 4096, threads: 0, ...change }),
    new EngineSilence(silenceScale),
  );
  const remembered = new Map<string, string>();
  const memory = {
    get: (key: string) => remembered.get(key),
    update: (key: string, value: string | undefined) => {
      if (value === undefined) remembered.delete(key);
      else remembered.set(key, value);
      return Promise.resolve();
    },
  };
  const conversations = new Conversations(folder, memory, quiet);
  const turns = new TurnRunner(conversations, model, () => ({ sampling: greedy, maxTokens, thinkingTokens: 0 }), quiet);
  return {
    conversations,
    turns,
    model,
    log: quiet,
    reopened: async () => {
      await conversations.close();
      const again = new Conversations(folder, memory, quiet);
      await again.restore();
      return again;
    },
    close: async () => {
      await turns.settle('stopped');
      await conversations.close();
      model.dispose();
      await client.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
