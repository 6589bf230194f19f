import type { LlamaModel } from 'node-llama-cpp';
import type { ChatProfile } from '../core/chatMessage.ts';
import { LemmaFailure } from '../core/errors.ts';
import type { FamilyModel } from '../core/models/family.ts';
import { ownPrompt } from './llamaOwnPrompt.ts';
import type { PromptWriter } from './promptWriter.ts';
import { familyPrompt } from './promptWriter.ts';
import type { TokenBytes } from './vocabulary.ts';
import { vocabularyOf } from './vocabulary.ts';

/** How a model is spoken to; stays the same when its context is made anew. */
export interface Speech {
  readonly family: FamilyModel | undefined;
  readonly profile: ChatProfile;
  readonly prompt: PromptWriter;
  readonly vocabulary: TokenBytes;
}

/**
 * By the family's own template, or by that of the file where the model is none of the family.
 * @throws LemmaFailure modelLoadFailed where its vocabulary or template cannot be used
 */
export async function speechOf(model: LlamaModel, path: string, family: FamilyModel | undefined): Promise<Speech> {
  const { model: kind, tokens, token_type: types } = model.fileInfo.metadata.tokenizer.ggml;
  const refuse = (lack: string): LemmaFailure => new LemmaFailure({ code: 'modelLoadFailed', path, reason: lack });
  const vocabulary = vocabularyOf(kind, tokens, types);
  if (!vocabulary) throw refuse(`Lemma cannot read its vocabulary, which is of the kind ${kind}.`);
  const profile = family?.profile ?? 'own';
  if (profile === 'own') {
    const prompt = await ownPrompt(model).catch((error: unknown) => {
      throw refuse(`Its chat template cannot be used: ${error instanceof Error ? error.message : String(error)}`);
    });
    return { family, profile, prompt, vocabulary };
  }
  const prompt = familyPrompt(profile, (text, special) => model.tokenize(text, special));
  if ('missing' in prompt)
    throw refuse(`It is named as a model of the GLM-4 and GLM-Z1 family, but its vocabulary has no ${prompt.missing.join(', ')}.`);
  return { family, profile, prompt, vocabulary };
}
