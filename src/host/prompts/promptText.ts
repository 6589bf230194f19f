/** From the text of a prompt's file to the prompt. Loaded with the first file, since YAML is seldom needed. */
import { LineCounter, parseDocument } from 'yaml';
import { checkPrompt } from '../../core/userPrompt.ts';
import type { CheckedPrompt, PromptProblem } from '../../core/userPrompt.ts';

export interface PlacedProblem {
  readonly problem: PromptProblem;
  /** 0-based line in the file. */
  readonly line: number;
}

export interface ParsedPrompt {
  readonly prompt: CheckedPrompt['prompt'];
  readonly problems: readonly PlacedProblem[];
}

const frontMatter = /^\uFEFF?---[^\S\n]*\r?\n([\s\S]*?)^---[^\S\n]*(?:\r?\n|$)/m;

/**
 * @param id of the prompt, @param name of its file, whose words are its title where it gives none
 * Never throws: what cannot be read is a problem with its line.
 */
export function parsePromptText(id: string, name: string, text: string): ParsedPrompt {
  const found = frontMatter.exec(text);
  const head = found?.index === 0 ? found : null;
  // Without its end the whole of it would be told to the model.
  if (!head && /^\uFEFF?---[^\S\n]*\r?\n/.test(text) && opensWithKey(text))
    return { prompt: undefined, problems: [{ problem: { code: 'frontMatterUnclosed' }, line: 0 }] };
  const counter = new LineCounter();
  const yaml = head?.[1] ?? '';
  const document = parseDocument(yaml, { lineCounter: counter, logLevel: 'silent' });
  const lineInHead = (offset: number): number => counter.linePos(offset).line;
  const [broken] = document.errors;
  const unreadable = (message: string, at: number): ParsedPrompt => {
    const reason = message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
    return { prompt: undefined, problems: [{ problem: { code: 'frontMatterUnreadable', reason, at }, line: lineInHead(at) }] };
  };
  if (broken) return unreadable(broken.message, broken.pos[0]);
  let values: unknown;
  try {
    // Aliases, which nobody needs here, can make a value of any size.
    values = document.toJS({ maxAliasCount: 0 });
  } catch (thrown) {
    return unreadable(thrown instanceof Error ? thrown.message : String(thrown), 0);
  }
  if (values !== null && (typeof values !== 'object' || Array.isArray(values)))
    return { prompt: undefined, problems: [{ problem: { code: 'frontMatterNoPairs' }, line: 1 }] };
  const body = text.slice(head ? head[0].length : 0);
  const bodyLine = (text.slice(0, text.length - body.length).match(/\n/g) ?? []).length;
  const { prompt, problems } = checkPrompt(id, values, body, titleOf(name));
  const keyLine = (key: string): number => {
    const at = new RegExp(`^[^\\S\\n]*["']?${key.replace(/[^\w-]/g, '\\$&')}["']?[^\\S\\n]*:`, 'm').exec(yaml)?.index;
    return at === undefined ? 0 : lineInHead(at);
  };
  const lineOf = (problem: PromptProblem): number => {
    if (problem.code === 'variableUnknown') return bodyLine + (body.slice(0, problem.at).match(/\n/g) ?? []).length;
    return 'key' in problem ? keyLine(problem.key) : bodyLine;
  };
  return { prompt, problems: problems.map((problem) => ({ problem, line: lineOf(problem) })) };
}

/** The line below the first is `key: value`; a text may begin with a rule of `---` too. */
function opensWithKey(text: string): boolean {
  return /^[\w"'-]+\s*:/.test(text.split('\n')[1] ?? '');
}

/** `snake-case.md` → `Snake case`. */
function titleOf(name: string): string {
  const words = name.replace(/\.md$/i, '').replace(/[-_]+/g, ' ').trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
