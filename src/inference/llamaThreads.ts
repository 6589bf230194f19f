/**
 * Finds out at load with how many threads a model is evaluated fastest: with small contexts of a few counts, one after the
 * other, through `sequence.evaluate` as a reply is written, so that an event loop that gets no core counts too. What was
 * found is remembered (`threadMemory.ts`). docs/design/0003-engine-and-threads.md.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import type { ThreadPlan, ThreadSpeed } from '../core/models/threadChoice.ts';
import { chooseThreads, threadPlan } from '../core/models/threadChoice.ts';
import type { ModelInfo } from '../shared/inferenceProtocol.ts';
import type { EngineLog } from './engine.ts';
import { fileStamp } from './ggufFile.ts';
import { evaluationOptions } from './llamaBatch.ts';
import { rememberedThreads, rememberThreads, threadKey } from './threadMemory.ts';
import { partsOf } from './wholeModel.ts';

/** Tokens of a context for a measurement: 20 MB of the 9B. */
const contextTokens = 512;

/**
 * Tokens that are read in one go, of a model that takes so many milliseconds for a step. A turn reads 64, with which more
 * threads gain more than with few of a small model; of a 9B they take over a second. Four are the fewest for which
 * llama.cpp multiplies by blocks.
 */
function readTokensFor(stepMs: number): number {
  return stepMs < 4 ? 64 : stepMs < 15 ? 16 : 4;
}
const sampling = { temperature: 0, yieldEogToken: true } as const;

/** Reading and writing go on for so long each, and two steps at least; so many at most, for which the context has room. */
const sampleMs = 60;
const leastSteps = 2;
const mostSteps = 64;
const mostRead = 256;

/** Milliseconds for all counts together, after the step that brings the weights into memory, which the first turn would have to do. */
const budgetMs = 1_500;

/** Steps whose time two counts take at least: the smallest batch is read in less than two, and two are written. */
const stepsOfTwoCounts = 8;

/** A count whose first batch takes so many times as long as the best one's is given up. */
const hopeless = 4;

export interface ChosenThreads {
  readonly threads: number;
  readonly from: NonNullable<ModelInfo['threadsFrom']>;
}

/** What is to be chosen among, on which machine: a seam for tests, which need a choice on every machine. */
export interface ThreadMachine {
  plan(mathCores: number): ThreadPlan;
  /** Whether other work would disturb a measurement so much that it tells nothing. */
  isBusy(): boolean;
}

/** Windows has no load average: it is 0 there, and two measurements of the usual count that differ tell the same. */
export const thisMachine: ThreadMachine = {
  plan: (mathCores) => threadPlan(availableParallelism(), mathCores),
  isBusy: () => (loadavg()[0] ?? 0) > 1 + availableParallelism() / 4,
};

export interface ThreadWish {
  readonly modelPath: string;
  /** 0: what is fastest. */
  readonly wanted: number;
  /** Where it is remembered; undefined: nothing is measured. */
  readonly file: string | undefined;
  /** Versions of what evaluates. */
  readonly engine: readonly string[];
  readonly signal: AbortSignal;
}

/** `threadsFor` one model after the other: what was chosen stays as long as the next tries have the same model. */
export function threadChooser(wish: ThreadWish, log: EngineLog, machine: ThreadMachine): (model: LlamaModel) => Promise<ChosenThreads> {
  let last: { readonly of: LlamaModel; readonly threads: ChosenThreads } | undefined;
  return async (model) => {
    if (last?.of !== model) last = { of: model, threads: await threadsFor(model, wish, log, machine) };
    return last.threads;
  };
}

/**
 * The threads for a model that is loaded and has no context yet, so that there is memory for a small one. Never fails for
 * want of memory or of a file: then the usual count is taken.
 * @throws the signal's reason
 */
async function threadsFor(model: LlamaModel, wish: ThreadWish, log: EngineLog, machine: ThreadMachine): Promise<ChosenThreads> {
  if (wish.wanted > 0) return { threads: wish.wanted, from: 'user' };
  const plan = machine.plan(model.llama.cpuMathCores);
  const usual: ChosenThreads = { threads: plan.usual, from: 'default' };
  // Of a model that is on the GPU with all its layers, the processor only takes the samples (docs/performance.md: where a token's time goes).
  const isOnGpu = model.llama.gpu !== false && model.gpuLayers >= model.fileInsights.totalLayers;
  if (isOnGpu || wish.file === undefined || plan.ladder.length < 2) return usual;
  const key = keyOf(model, wish, plan);
  const known = await rememberedThreads(wish.file, key);
  wish.signal.throwIfAborted();
  if (known !== undefined && plan.ladder.includes(known)) {
    log('info', `Threads: ${known}, as measured before.`);
    return { threads: known, from: 'measured' };
  }
  if (machine.isBusy()) {
    log('info', `Threads: ${usual.threads}, as other work would disturb a measurement.`);
    return usual;
  }
  try {
    return await measured(model, { ...wish, file: wish.file, key, plan }, log);
  } catch (error) {
    wish.signal.throwIfAborted();
    log('warn', `Threads: ${usual.threads}, as they cannot be measured: ${error instanceof Error ? error.message : String(error)}`);
    return usual;
  }
}

interface Trial extends Pick<ThreadWish, 'signal'> {
  /** Of a batch. */
  readonly readTokens: number;
}

interface Measurement extends ThreadWish {
  readonly file: string;
  readonly key: string;
  readonly plan: ThreadPlan;
}

async function measured(model: LlamaModel, { file, key, plan, signal }: Measurement, log: EngineLog): Promise<ChosenThreads> {
  const found: string[] = [];
  let endsAt = Infinity;
  let longestMs = 0;
  let readTokens = 0;
  const visit = async (threads: number, best?: ThreadSpeed): Promise<ThreadSpeed> => {
    const begunAt = performance.now();
    const speed = await speedWith(model, threads, { signal, readTokens }, best);
    longestMs = Math.max(longestMs, performance.now() - begunAt);
    found.push(`${threads}: ${speed.writtenMs.toFixed(2)} and ${speed.readMs.toFixed(2)}`);
    return speed;
  };
  const choice = await chooseThreads(
    plan,
    async (threads, best) => {
      if (best) return performance.now() + longestMs > endsAt ? undefined : visit(threads, best);
      const stepMs = await warmUp(model, plan.usual, { signal, readTokens: 1 });
      endsAt = performance.now() + budgetMs;
      readTokens = readTokensFor(stepMs);
      return stepsOfTwoCounts * stepMs > budgetMs ? undefined : visit(threads);
    },
    visit,
  );
  // One count alone has been compared with nothing.
  const isTooSlow = !choice || found.length < 2;
  const from = isTooSlow || !choice.isCertain ? 'default' : 'measured';
  const chosen: ChosenThreads = { threads: choice?.threads ?? plan.usual, from };
  const why = isTooSlow ? 'as a measurement would take too long' : choice.isCertain ? 'measured' : 'as the measurement was disturbed';
  log('info', `Threads: ${chosen.threads}, ${why}. Milliseconds of a token written and of one read: ${found.join('; ') || 'none'}.`);
  // It may be slow because other work runs, so the next load tries again.
  if (from === 'default') return chosen;
  await rememberThreads(file, key, chosen.threads).catch((error: unknown) =>
    log('warn', `The threads that were measured cannot be kept: ${String(error)}`),
  );
  return chosen;
}

/** What is known of one machine is of no use on another, nor for another model or the same one split otherwise. */
function keyOf({ llama, gpuLayers }: LlamaModel, { modelPath, engine }: ThreadWish, { ladder }: ThreadPlan): string {
  const files = partsOf(modelPath).map((part) => [part, fileStamp(part)]);
  return threadKey([files, engine, cpus()[0]?.model, availableParallelism(), ladder, llama.gpu, gpuLayers]);
}

/** Brings the weights into memory. @returns milliseconds of a step after that */
function warmUp(model: LlamaModel, threads: number, trial: Trial): Promise<number> {
  return inSmallContext(model, threads, trial, async (sequence, prompt) => {
    const steps = sequence.evaluate(prompt, sampling);
    await timed(() => steps.next());
    trial.signal.throwIfAborted();
    const ms = await timed(() => steps.next());
    await steps.return();
    return ms;
  });
}

/** Mean times with a context of its own. @param best of other counts */
function speedWith(model: LlamaModel, threads: number, trial: Trial, best: ThreadSpeed | undefined): Promise<ThreadSpeed> {
  const { readTokens, signal } = trial;
  return inSmallContext(model, threads, trial, async (sequence, prompt) => {
    const sample = async (most: number, least: number, step: () => Promise<number>): Promise<number[]> => {
      const times: number[] = [];
      for (let sum = 0; times.length < least || (sum < sampleMs && times.length < most); sum += times.at(-1) ?? 0) {
        signal.throwIfAborted();
        times.push(await step());
      }
      return times;
    };
    let writing = sequence.evaluate(prompt, sampling);
    const first = (await timed(() => writing.next())) / readTokens;
    const isLong = first * readTokens > sampleMs;
    if (best && isLong && first > hopeless * best.readMs) return { writtenMs: Infinity, readMs: first };
    // The first batch of a context has its threads started and its buffers touched; where one takes long, that is little of it.
    const reads = await sample(mostRead / readTokens, isLong ? 0 : 1, async () => {
      await writing.return();
      writing = sequence.evaluate(prompt, sampling);
      return timed(() => writing.next());
    });
    const steps = await sample(mostSteps, leastSteps, () => timed(() => writing.next()));
    await writing.return();
    return { writtenMs: mean(steps), readMs: reads.length > 0 ? mean(reads) / readTokens : first };
  });
}

async function inSmallContext<Result>(
  model: LlamaModel,
  threads: number,
  { signal, readTokens }: Trial,
  work: (sequence: LlamaContextSequence, prompt: Token[]) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const context = await model.createContext({
    ...evaluationOptions(model, threads),
    ...{ contextSize: contextTokens, batchSize: readTokens, createSignal: signal },
  });
  try {
    // Any tokens will do: which they are changes no time.
    const prompt = Array.from({ length: readTokens }, (_, id) => id as Token);
    return await work(context.getSequence(), prompt);
  } finally {
    await context.dispose();
  }
}

async function timed(step: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await step();
  return performance.now() - begunAt;
}

function mean(times: readonly number[]): number {
  return times.reduce((sum, each) => sum + each, 0) / times.length;
}
