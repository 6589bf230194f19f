/** What tells a line of code from others, and which lines of two versions are the same one. Lines have no line ends. */
import { indentOf } from './indentation.ts';

/** The line without what editors and models change by the way. */
export function lineKey(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}

/** A brace, a closing word, nothing: such a line is everywhere and marks no place. */
export function isTrivial(line: string): boolean {
  const key = lineKey(line);
  return !/[\p{L}\p{N}]/u.test(key) || /^(?:end|else|begin|do|then|fi|done|try|finally|pass|break|continue|esac)[:;,{}()]*$/i.test(key);
}

/** The line closes a block or goes on with one: `}`, `} else {`, `end`, `except ValueError:`. */
export function continuesBlock(line: string): boolean {
  return /^\s*(?:[}\])]|<\/|\\end\b|(?:end|fi|done|esac|else|elif|elsif|except|catch|finally|rescue|ensure)\b)/.test(line);
}

/** Columns of white space in front; a tab counts four. */
export function indentColumns(line: string): number {
  return indentOf(line).replaceAll('\t', '    ').length;
}

const declaring =
  /\b(?:def|class|function|fn|func|fun|sub|struct|enum|interface|trait|type|const|let|var|val|static|impl|module|theorem|lemma)\s+\*?([\p{L}_$][\p{L}\p{N}_$'.]*)/u;
const typed = /^[ \t]*(?:[\w:<>*&[\],~]+[ \t]+)+[*&]*([A-Za-z_]\w*)[ \t]*\([^;]*$/;
const method = /^[ \t]*(?:[a-z]+[ \t]+)*[*#~]?([A-Za-z_$][\w$]*)[ \t]*(?:<[^>]*>)?\([^'"=>]*(?:=[^'">]*)?\)[^;=]*\{[ \t]*$/;
const statements = new Set('if for while switch return catch else new await throw when match with function until unless'.split(' '));

/** The name that a line gives to a function, a type or a variable. */
export function declaredName(line: string): string | undefined {
  const name = declaring.exec(line)?.[1] ?? typed.exec(line)?.[1] ?? method.exec(line)?.[1];
  return name === undefined || statements.has(name) ? undefined : name;
}

/** Names that a piece of code gives to functions, types and variables. */
export function definitions(code: string): Set<string> {
  const words = new RegExp(declaring.source, 'gu');
  const calls = new RegExp(typed.source, 'gm');
  const found = [...code.matchAll(words), ...code.matchAll(calls)].map((match) => match[1] ?? '');
  return new Set(found.filter((name) => !statements.has(name)));
}

/** What a line sets: a variable, a key of JSON or YAML, a property of CSS. */
function assignedName(line: string): string | undefined {
  const key = lineKey(line);
  return /^["']?([\w$.-]+)["']?\s*:(?![:=])/.exec(key)?.[1] ?? /^([\w$.[\]]+(?:, ?[\w$]+)*)\s*(?:[-+*/|&]|<-|:)?=(?![=>])/.exec(key)?.[1];
}

/** Words that are in every other line. */
const common = new Set(
  'import from def return const let var if for in while use include public private protected static void int string fn func function class new end have exact by self this'.split(
    ' ',
  ),
);

function tokens(text: string): Set<string> {
  return new Set((text.match(/[\p{L}_$][\p{L}\p{N}_$]*|\d+\w*/gu) ?? []).filter((word) => !common.has(word)));
}

/** Share of the words that two texts have in common, 0 to 1 (Dice's coefficient of their sets). */
export function likeness(one: string, other: string): number {
  const [ones, others] = [tokens(one), tokens(other)];
  if (ones.size + others.size === 0) return 0;
  return (2 * [...ones].filter((word) => others.has(word)).length) / (ones.size + others.size);
}

export type Resemblance = 'same' | 'perhaps' | 'none';

/** Whether one line is a new version of the other. */
export function resemblance(one: string, other: string): Resemblance {
  const [key, otherKey] = [lineKey(one), lineKey(other)];
  if (key === otherKey) return 'same';
  const alike = commonEnds(key, otherKey) >= 0.6 * Math.max(key.length, otherKey.length);
  if (isTrivial(one) || isTrivial(other)) return alike && /\p{L}/u.test(key) && /\p{L}/u.test(otherKey) ? 'perhaps' : 'none';
  const [name, otherName] = [declaredName(one), declaredName(other)];
  if (name !== undefined && otherName !== undefined) {
    if (name === otherName) return 'same';
    return name.includes(otherName) || otherName.includes(name) ? 'perhaps' : 'none';
  }
  const set = assignedName(one);
  if (set !== undefined && set === assignedName(other)) return 'same';
  if (likeness(one, other) >= 0.5) return 'same';
  return alike ? 'perhaps' : 'none';
}

/** Characters that two lines have in common at their beginnings and ends. */
function commonEnds(one: string, other: string): number {
  const shortest = Math.min(one.length, other.length);
  let start = 0;
  while (start < shortest && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < shortest - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return start + end;
}
