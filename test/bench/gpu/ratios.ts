/** Lemma over llama.cpp's own `llama-bench`, on the same file, backend and settings, in turn; and several answers over one. */
import type { InferenceClient } from '../../../src/host/inferenceClient.ts';
import type { GenerateResult, ModelInfo } from '../../../src/shared/inferenceProtocol.ts';
import { median } from '../figures.ts';
import { runLlamaBench } from '../llamaBench.ts';
import { packedLibraries, packedProgram } from './packed.ts';

interface Measured {
  readonly extension: string;
  readonly modelPath: string;
  readonly info: ModelInfo;
  readonly client: InferenceClient;
  readonly note: (what: string, measured: string, data?: unknown) => void;
}

const pairs = 3;
const newTokens = 256;
const prompts = [512, 2048] as const;
const samples = 5;
/** A model of random weights may end its reply at once: some other prompt goes on. */
const leastTokens = 200;

/** Notes the ratios that issue 7 asks for: decoding, prompts of 512 and 2,048 tokens, five answers. */
export async function measureRatios({ extension, modelPath, info, client, note }: Measured): Promise<void> {
  const onGpu = info.device === 'gpu';
  const shared = {
    program: packedProgram(extension, 'llama-bench', info),
    libraries: packedLibraries(extension, info),
    modelPath,
    ...(onGpu ? { gpuLayers: 99, flashAttention: 'auto' as const } : { threads: info.threads, flashAttention: 'off' as const }),
  };
  let asked = 0;
  // Each question begins otherwise, so that nothing of the last one is reused.
  const question = (words: number): string =>
    `${++asked} ${Array.from({ length: words }, (_, index) => String((index + asked) % 10)).join(' ')}`;
  /** Of exactly so many tokens, the template's included: cards are faster at whole blocks. */
  const questionOf = async (tokens: number): Promise<string> => {
    const count = async (content: string): Promise<number> =>
      (await client.countTokens({ messages: [{ role: 'user', content }], profile: info.profile })).promptTokens;
    const start = question(Math.floor(tokens / 2) - 16);
    // Letters that are no word together are a token each.
    for (let letters = 0; ; letters++) {
      const content = start + 'qx'.repeat(letters).slice(0, letters);
      const has = await count(content);
      if (has === tokens) return content;
      if (has > tokens) throw new Error(`No question of ${tokens} tokens was found, but one of ${has}.`);
    }
  };
  const generate = (content: string, maxTokens: number, several?: number): Promise<GenerateResult> => {
    // As the card recommends and nearly everybody has it: a seed of the user's would sample each token by a call of its own.
    const sampling = { temperature: 0.6, topP: 0.95, topK: 40 };
    const more = several === undefined ? {} : { samples: several };
    return client.generate({ messages: [{ role: 'user', content }], profile: info.profile, sampling, maxTokens, ...more }, () => undefined);
  };
  const compare = (what: string, ours: readonly number[], theirs: readonly number[], goal: string): void => {
    const ratios = ours.map((rate, index) => rate / (theirs[index] ?? Number.NaN));
    const spread = `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`;
    const measured = `${median(ratios).toFixed(3)} (${spread}); ${median(ours).toFixed(1)}/s to ${median(theirs).toFixed(1)}/s; goal ${goal}`;
    note(what, measured, { ours, theirs, ratios, goal });
  };

  const ours: number[] = [];
  const theirs: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const [row] = runLlamaBench({ ...shared, prompts: [], newTokens, repetitions: 1 });
    theirs.push(row?.tokensPerSecond[0] ?? Number.NaN);
    ours.push(await decodingRate(() => generate(question(8), newTokens)));
  }
  compare('decoding over llama-bench', ours, theirs, 'at least 0.95');

  const read = runLlamaBench({ ...shared, prompts, newTokens: 0, repetitions: pairs });
  for (const tokens of prompts) {
    const rates: number[] = [];
    for (let run = 0; run < pairs; run++) {
      const { promptTokens, reusedTokens, promptMs } = await generate(await questionOf(tokens), 1);
      if (promptTokens !== tokens) throw new Error(`The prompt has ${promptTokens} tokens instead of ${tokens}.`);
      rates.push(((promptTokens - reusedTokens) * 1000) / promptMs);
    }
    const row = read.find(({ promptTokens }) => promptTokens === tokens);
    compare(`prompt of ${tokens} tokens over llama-bench pp${tokens}`, rates, row?.tokensPerSecond ?? [], 'at least 0.97');
  }

  const one: number[] = [];
  const several: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    one.push(await elapsed(() => generate(question(8), newTokens)));
    several.push(await elapsed(() => generate(question(8), newTokens, samples)));
  }
  const times = several.map((ms, index) => ms / (one[index] ?? Number.NaN));
  const spread = `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}`;
  note(`time of ${samples} answers over one`, `${median(times).toFixed(2)} (${spread}); goal under 2.0`, { one, several, times });
}

async function decodingRate(generate: () => Promise<GenerateResult>): Promise<number> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const { generatedTokens, generateMs } = await generate();
    if (generatedTokens >= leastTokens) return ((generatedTokens - 1) * 1000) / generateMs;
  }
  throw new Error('The model of random weights ended five replies early.');
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await work();
  return performance.now() - begunAt;
}
