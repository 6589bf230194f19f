/** How the next tokens of a reply are chosen. */
import { randomInt } from 'node:crypto';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Sampling } from '../core/chatMessage.ts';
import type { Lockstep } from './lockstep.ts';

/** llama.cpp takes seeds of 32 bits, of which the last one stands for a random one. */
const seedLimit = 2 ** 32 - 1;

/** What is given back for a token decides what is evaluated in its place. */
export type SampledTokens = AsyncGenerator<Token, void, Token[] | undefined>;

/**
 * Evaluates tokens and samples those that come after them, without end.
 * @param position tokens of the reply that are there already. With a seed of the user's each place in a reply has a seed
 * of its own, so that a reply that goes on is the one that was never stopped: the library begins a seed anew with each call.
 */
export function sampledTokens(sequence: LlamaContextSequence, tokens: Token[], sampling: Sampling, position: number): SampledTokens {
  const { temperature, topP, topK, seed } = sampling;
  // A seed is always given: the library's own changes with the clock's seconds, and is the same for two replies within one.
  const options = { temperature, topP, topK, seed: randomInt(seedLimit), yieldEogToken: true } as const;
  if (seed === undefined || temperature === 0) return sequence.evaluate(tokens, options);
  return seededTokens(sequence, tokens, (index) => ({ ...options, seed: seedAt(seed, index) }), position);
}

/** The same tokens, each of which is asked for when all members of `lockstep` ask for theirs. */
export async function* inStep(tokens: SampledTokens, lockstep: Lockstep): SampledTokens {
  lockstep.join();
  try {
    let instead: Token[] | undefined;
    for (;;) {
      await lockstep.arrive();
      const next = await tokens.next(instead);
      if (next.done) return;
      instead = yield next.value;
    }
  } finally {
    lockstep.leave();
    await tokens.return();
  }
}

async function* seededTokens(
  sequence: LlamaContextSequence,
  tokens: Token[],
  optionsAt: (index: number) => Parameters<LlamaContextSequence['evaluate']>[1],
  position: number,
): SampledTokens {
  let input = tokens;
  for (let index = position; ; index += input.length) {
    const step = sequence.evaluate(input, optionsAt(index));
    let token: Token;
    try {
      const next = await step.next();
      if (next.done) return;
      token = next.value;
    } finally {
      await step.return();
    }
    input = (yield token) ?? [token];
  }
}

/** Mixed, since those of two seeds that follow each other must not be the same ones a place apart (MurmurHash3's finaliser). */
export function seedAt(seed: number, index: number): number {
  let hash = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % seedLimit;
}
