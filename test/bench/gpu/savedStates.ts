/** What an unload costs a conversation on a card: read anew, or from the state that was kept of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { InferenceClient } from '../../../src/host/inferenceClient.ts';
import type { GenerateParams, GenerateResult, LoadParams, ModelInfo } from '../../../src/shared/inferenceProtocol.ts';

export interface StatesMeasured {
  readonly client: InferenceClient;
  readonly load: (change: Partial<LoadParams>) => Promise<ModelInfo>;
  readonly work: string;
  /** What the process has logged. */
  readonly lines: readonly string[];
  readonly note: (what: string, measured: string, data?: unknown) => void;
}

type Message = GenerateParams['messages'][number];

const lengths = [256, 2_000, 8_000, 30_000] as const;

/** Notes for each length the time to the first token with a state and without one, and what writing and reading it took. */
export async function measureSavedStates({ client, load, work, lines, note }: StatesMeasured): Promise<void> {
  const folder = mkdtempSync(path.join(work, 'states-'));
  const savedStates = { folder, mostBytes: 8e9 };
  try {
    for (const tokens of lengths) {
      const asked = (begin: string): Message => ({ role: 'user', content: `${begin} ${'7 '.repeat(tokens / 2)}` });
      const next = (begin: string): Message[] => [
        asked(begin),
        { role: 'assistant', content: 'Yes.' },
        { role: 'user', content: 'And then?' },
      ];
      const ask = (info: ModelInfo, messages: readonly Message[], conversation: string): Promise<GenerateResult> =>
        client.generate(
          { messages, profile: info.profile, conversation, maxTokens: 4, sampling: { temperature: 0, topP: 1, topK: 1 } },
          () => undefined,
        );
      await ask(await load({ savedStates }), [asked('Kept')], `kept-${tokens}`);
      const from = lines.length;
      await client.unload();
      const info = await load({ savedStates });
      // The first prompt after a load may build shaders.
      await ask(info, [{ role: 'user', content: '1 2 3' }], 'warm');
      const kept = await timed(() => ask(info, next('Kept'), `kept-${tokens}`));
      const anew = await timed(() => ask(info, next('Anew'), `anew-${tokens}`));
      const said = lines.slice(from).filter((line) => line.includes('State:'));
      const read = ({ result }: Timed): number => result.promptTokens - result.reusedTokens;
      note(
        `a conversation of ${tokens} tokens after an unload`,
        `${kept.ms.toFixed(0)} ms with its state (${read(kept)} tokens evaluated), ${anew.ms.toFixed(0)} ms without (${read(anew)}); ${said.join(' ')}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Timed {
  readonly ms: number;
  readonly result: GenerateResult;
}

async function timed(act: () => Promise<GenerateResult>): Promise<Timed> {
  const begunAt = performance.now();
  const result = await act();
  return { ms: performance.now() - begunAt, result };
}
