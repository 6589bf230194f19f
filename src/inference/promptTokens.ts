import type { PromptPart } from '../core/chatMessage.ts';

/** `special: true` reads names of control tokens as those tokens, `false` as the plain text they are. */
export type Tokenize = (text: string, special: boolean) => readonly number[];

/** The ids of control tokens by their names. */
export type ControlTokens = ReadonlyMap<string, number>;

/**
 * Looks up control tokens in the model's vocabulary.
 * @returns undefined for `missing: []`; else the names the vocabulary does not have as one token each
 */
export function findControlTokens(names: readonly string[], tokenize: Tokenize): { tokens: ControlTokens; missing: readonly string[] } {
  const tokens = new Map<string, number>();
  const missing: string[] = [];
  for (const name of names) {
    const ids = tokenize(name, true);
    const [id] = ids;
    if (id === undefined || ids.length !== 1) missing.push(name);
    else tokens.set(name, id);
  }
  return { tokens, missing };
}

/**
 * The prompt's tokens. Control parts become exactly their one token; text parts are tokenised each by itself,
 * as the model's own tokenizer does with the text between control tokens.
 * @throws Error for a control part that is not in `control`: the renderer and the table disagree
 */
export function promptTokens(parts: readonly PromptPart[], control: ControlTokens, tokenize: Tokenize): number[] {
  const ids: number[] = [];
  for (const part of parts) {
    if ('control' in part) {
      const id = control.get(part.control);
      if (id === undefined) throw new Error(`The prompt holds ${part.control}, which is no known control token.`);
      ids.push(id);
    } else {
      for (const id of plainTokens(part.text, control, tokenize)) ids.push(id);
    }
  }
  return ids;
}

/**
 * Tokens of plain text, never a control token. Some conversions mark control tokens as «user defined», and those
 * llama.cpp reads in plain text too; there the name is cut behind its first character, which leaves the text the same.
 */
export function plainTokens(text: string, control: ControlTokens, tokenize: Tokenize): readonly number[] {
  const ids = tokenize(text, false);
  const controlIds = new Set(control.values());
  if (!ids.some((id) => controlIds.has(id))) return ids;
  const names = [...control.keys()].map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const insideName = new RegExp(`(?<=[<[])(?=(?:${names.map((name) => name.replace(/^\\?./, '')).join('|')}))`);
  return text.split(insideName).flatMap((piece) => [...tokenize(piece, false)]);
}
