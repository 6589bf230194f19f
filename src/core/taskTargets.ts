/** What a selection can be translated or converted into, by the names that the model is told. */

/** Natural languages with most speakers among those whom GLM-4 was trained on, in their English names. */
export const naturalLanguages: readonly string[] = [
  'English',
  'Chinese',
  'German',
  'French',
  'Spanish',
  'Japanese',
  'Korean',
  'Russian',
  'Portuguese',
  'Italian',
  'Arabic',
  'Hindi',
];

/** Programming languages, by VS Code's ids. */
const programmingLanguages: ReadonlyMap<string, string> = new Map([
  ['python', 'Python'],
  ['typescript', 'TypeScript'],
  ['javascript', 'JavaScript'],
  ['rust', 'Rust'],
  ['go', 'Go'],
  ['cpp', 'C++'],
  ['c', 'C'],
  ['java', 'Java'],
  ['csharp', 'C#'],
  ['kotlin', 'Kotlin'],
  ['swift', 'Swift'],
  ['julia', 'Julia'],
  ['haskell', 'Haskell'],
  ['r', 'R'],
  ['ruby', 'Ruby'],
  ['php', 'PHP'],
  ['lean4', 'Lean 4'],
]);

/** All but the document's own. @param languageId VS Code's id of the document's language */
export function otherProgrammingLanguages(languageId: string): string[] {
  return [...programmingLanguages].flatMap(([id, name]) => (id === languageId ? [] : [name]));
}

const notations: ReadonlyMap<string, string> = new Map([
  ['markdown', 'Markdown'],
  ['latex', 'LaTeX'],
  ['tex', 'LaTeX'],
  ['typst', 'Typst'],
]);

/** The notation of a document, or undefined where it has none of the three. */
export function notationOf(languageId: string): string | undefined {
  return notations.get(languageId);
}

/** What text can be converted into; the document's own comes last, since most text is in it already. */
export function notationTargets(languageId: string): string[] {
  const own = notationOf(languageId);
  const all = [...new Set(notations.values())];
  return own === undefined ? all : [...all.filter((name) => name !== own), own];
}

/** What was chosen last comes first, each name once, the newest at most. */
export function remembered(names: readonly string[], name: string, most: number): string[] {
  return [name, ...names.filter((each) => each !== name)].slice(0, most);
}
