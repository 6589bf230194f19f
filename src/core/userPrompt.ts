/**
 * Prompts of the user's own, from `.lemma/prompts/*.md` or the setting `lemma.prompts`. A prompt is text with places for what
 * is known of the selection; nothing in it is ever run. Described for users in docs/prompts.md.
 */
import { isProse } from './prompt.ts';
import type { Snapshot } from './snapshot.ts';
import type { AnswerUse } from './task.ts';

export interface UserPrompt {
  /** Unique among all prompts: the file's URI, or the place in the setting. */
  readonly id: string;
  readonly title: string;
  /** `code`, `math`, `text` or language ids; empty: everything. */
  readonly applies: readonly string[];
  readonly answer: AnswerUse;
  readonly template: string;
}

/** What may stand in a template between `{{` and `}}`. */
export const promptVariables = ['selection', 'language', 'file', 'diagnostics', 'symbols'] as const;
export type PromptVariable = (typeof promptVariables)[number];
export type PromptValues = Readonly<Record<PromptVariable, string>>;

/** What is wrong with a prompt. `at`: offset in the template, or the key of the front matter; a prompt without template is none. */
export type PromptProblem =
  | { readonly code: 'frontMatterUnreadable'; readonly reason: string; readonly at: number }
  | { readonly code: 'frontMatterUnclosed' }
  | { readonly code: 'frontMatterNoPairs' }
  | { readonly code: 'fileTooLong'; readonly bytes: number; readonly limitBytes: number }
  | { readonly code: 'entryInvalid' }
  | { readonly code: 'keyUnknown'; readonly key: string }
  | { readonly code: 'valueInvalid'; readonly key: 'title' | 'applies' | 'answer' }
  | { readonly code: 'variableUnknown'; readonly name: string; readonly at: number }
  | { readonly code: 'templateMissing' };

export interface CheckedPrompt {
  /** Undefined where something that it cannot do without is missing. */
  readonly prompt: UserPrompt | undefined;
  readonly problems: readonly PromptProblem[];
}

const variable = /\{\{\s*([^{}\s]+)\s*\}\}/g;
const keys: ReadonlySet<string> = new Set(['title', 'applies', 'answer']);
const answers: readonly AnswerUse[] = ['replace', 'insert', 'panel'];

/**
 * Makes a prompt of what stands in a file or a setting.
 * @param head the front matter's value, whatever it is
 * @param fallbackTitle where the head has none
 */
export function checkPrompt(id: string, head: unknown, template: string, fallbackTitle: string): CheckedPrompt {
  const values = typeof head === 'object' && head !== null ? (head as Readonly<Record<string, unknown>>) : {};
  const problems: PromptProblem[] = Object.keys(values).flatMap((key) => (keys.has(key) ? [] : [{ code: 'keyUnknown', key }]));
  const { title = fallbackTitle, applies = [], answer = 'panel' } = values;
  const named = typeof title === 'string' && title.trim() !== '';
  const languages = typeof applies === 'string' ? applies.split(',') : applies;
  const listed = Array.isArray(languages) && languages.every((each) => typeof each === 'string' && each.trim() !== '');
  const used = answers.find((each) => each === answer);
  if (!named) problems.push({ code: 'valueInvalid', key: 'title' });
  if (!listed) problems.push({ code: 'valueInvalid', key: 'applies' });
  if (!used) problems.push({ code: 'valueInvalid', key: 'answer' });
  for (const { index, 1: name = '' } of template.matchAll(variable))
    if (!isVariable(name)) problems.push({ code: 'variableUnknown', name, at: index });
  if (template.trim() === '') return { prompt: undefined, problems: [...problems, { code: 'templateMissing' }] };
  // One that would write where nobody wanted it is not offered; everything else has a sensible reading.
  if (!used || !listed) return { prompt: undefined, problems };
  const prompt: UserPrompt = {
    id,
    title: named ? title.trim() : fallbackTitle,
    applies: (languages as readonly string[]).map((each) => each.trim()),
    answer: used,
    template: template.trim(),
  };
  return { prompt, problems };
}

/** The prompts that are offered for this text, in their order. The text is looked at once, however many there are. */
export function fittingPrompts(
  prompts: readonly UserPrompt[],
  { languageId, text }: Pick<Snapshot, 'languageId' | 'text'>,
): readonly UserPrompt[] {
  let kinds: ReadonlySet<string> | undefined;
  const look = (): ReadonlySet<string> => {
    if (!isProse({ languageId, text })) return new Set([languageId, 'code']);
    return new Set([languageId, 'text', ...(/\\[A-Za-z]+|\$|\\[([]/.test(text) ? ['math'] : [])]);
  };
  return prompts.filter(
    ({ applies }) => applies.length === 0 || applies.some((each) => each === languageId || (kinds ??= look()).has(each)),
  );
}

/**
 * Makes a prompt of one entry of the setting, which is an object with the text as `prompt`.
 * @param id of the prompt
 */
export function checkPromptEntry(id: string, entry: unknown): CheckedPrompt {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    return { prompt: undefined, problems: [{ code: 'entryInvalid' }] };
  const { prompt = '', ...head } = entry as Readonly<Record<string, unknown>>;
  const checked = checkPrompt(id, head, typeof prompt === 'string' ? prompt : '', '');
  // A file has its name; an entry without a title has nothing to be listed by.
  return checked.prompt?.title === '' ? { ...checked, prompt: undefined } : checked;
}

/** The template with its values, each put in as it is: braces in a value are text. Unknown variables stay. */
export function fillPrompt(template: string, values: PromptValues): string {
  return template.replace(variable, (whole, name: string) => (isVariable(name) ? values[name] : whole));
}

/** The selection stands in the prompt's own text, so that it is not said twice. */
export function holdsSelection(template: string): boolean {
  return Array.from(template.matchAll(variable)).some(([, name]) => name === 'selection');
}

function isVariable(name: string): name is PromptVariable {
  return (promptVariables as readonly string[]).includes(name);
}
