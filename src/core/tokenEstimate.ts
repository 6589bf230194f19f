/** Characters of a token, for texts that no model has counted: between English prose (4) and code or mathematics (3). */
const charsPerToken = 3.5;

/** About how many tokens a text has. Whoever shows it says that it is an estimate. */
export function estimatedTokens(text: string): number {
  return Math.ceil(text.length / charsPerToken);
}
