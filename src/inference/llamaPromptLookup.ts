/**
 * Prompt lookup: a reply that copies its prompt, as the answer to Fix does, is guessed from it, and several tokens are
 * evaluated at a time. A guess that the model does not confirm is cut away, so the reply is the one without guesses. See
 * docs/design/0026-prompt-lookup.md; the method is Saxena's (https://github.com/apoorvumang/prompt-lookup-decoding).
 */
import type { Token, TokenPredictor } from 'node-llama-cpp';
import type { PredictionCounts } from './predictionPace.ts';
import { PredictionPace } from './predictionPace.ts';

/** Tokens of the reply that have to stand in the prompt in the same order before what follows them is guessed. */
const patternTokens = 3;
/** Longest guess; `PredictionPace` takes less of it. */
const guessTokens = 7;
/** Of the prompt and the reply so far, the last tokens, which are looked through for each token of the reply. */
const lookedThrough = 8192;
/** New tokens of the reply after which they are looked through too: a thought drafts the code that its answer gives. */
const renewedAfter = 256;

/** Belongs to a sequence, and is silent unless a reply has begun it. */
export interface PromptLookup {
  readonly predictor: TokenPredictor;
  /** @param prompt what the reply will copy from */
  begin(prompt: readonly Token[]): void;
  /** @returns how it went */
  end(): PredictionCounts;
}

/** @returns the library's predictor, which rests where guessing does not pay */
export async function createPromptLookup(): Promise<PromptLookup> {
  const { InputLookupTokenPredictor } = await import('node-llama-cpp');
  type ResetParams = Parameters<InstanceType<typeof InputLookupTokenPredictor>['reset']>[0];
  let pace: PredictionPace | undefined;
  let text: Token[] = [];
  let unseen: Token[] = [];

  class PacedLookup extends InputLookupTokenPredictor {
    override reset(params: ResetParams): void {
      if (pace) super.reset(params);
    }

    override pushTokens(tokens: Token[]): void {
      if (!pace) return;
      for (const token of tokens) pace.came(token);
      unseen.push(...tokens);
      super.pushTokens(tokens);
    }

    override predictTokens(): Token[] {
      if (!pace?.begin()) return [];
      if (unseen.length >= renewedAfter) {
        text = [...text, ...unseen].slice(-lookedThrough);
        unseen = [];
        this.updateInputTokens(text);
      }
      return pace.guess(super.predictTokens());
    }
  }

  const predictor = new PacedLookup({
    patternLength: { min: patternTokens },
    predictionLength: { min: 1, max: guessTokens },
  });
  return {
    predictor,
    begin: (prompt) => {
      pace = new PredictionPace();
      text = prompt.slice(-lookedThrough);
      unseen = [];
      predictor.updateInputTokens(text);
    },
    end: () => {
      const counts = pace?.counts ?? { guessed: 0, right: 0 };
      pace = undefined;
      [text, unseen] = [[], []];
      predictor.updateInputTokens([]);
      return counts;
    },
  };
}
