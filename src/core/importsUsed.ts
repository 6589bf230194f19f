/** The statements by which a file gets names from elsewhere, as far as a piece of it uses these names. */

import { fencedBlocks } from './fences.ts';

export interface ImportStatement {
  /** Zero-based, both ends included. */
  readonly firstLine: number;
  readonly lastLine: number;
  readonly names: ReadonlySet<string>;
}

/** Imports stand at the beginning of a file; further down they belong to something else. */
const mostLines = 400;
/** A statement over more lines is one whose end was not understood. */
const longestStatement = 60;

const begins =
  /^\s*(?:import\b|from\s+\S+\s+import\b|(?:pub\s+)?use\s+[\w:]|export\s+(?:\*|\{[^}]*\})\s*from\b|(?:const|let|var)\s+[\w{][^=]*=\s*require\b|open\s+\w|using\s+[\w.]+\s*[:;])/;

/** All of them, in the order of the file. @param lines without their line ends */
export function importStatements(lines: readonly string[]): ImportStatement[] {
  const found: ImportStatement[] = [];
  for (let line = 0; line < Math.min(lines.length, mostLines); line += 1) {
    const first = lines[line] ?? '';
    if (!begins.test(first)) continue;
    let last = line;
    let depth = openBrackets(first);
    while (depth > 0 && last + 1 < lines.length && last - line < longestStatement) {
      last += 1;
      depth += openBrackets(lines[last] ?? '');
    }
    if (depth > 0) continue;
    const group = lines.slice(line, last + 1);
    // In Go each line of the block is an import of its own.
    if (/^\s*import\s*\(/.test(first)) {
      group.forEach((text, index) => {
        if (text.includes('"')) found.push({ firstLine: line + index, lastLine: line + index, names: namesOf(text) });
      });
    } else found.push({ firstLine: line, lastLine: last, names: namesOf(group.join('\n')) });
    line = last;
  }
  return found;
}

/** Those whose names are among `used`. */
export function importsUsed(lines: readonly string[], used: ReadonlySet<string>): ImportStatement[] {
  return importStatements(lines).filter(({ names }) => [...names].some((name) => used.has(name)));
}

/**
 * Imports that an answer has and the edit made of it has not, as where a method was asked about and came in its class, below
 * the imports of its file.
 * @param newText what the answer puts into the document @param after the document with it
 * @returns the statements on one line each, those alone of which `newText` uses a name that nothing in `after` imports
 */
export function importsLeftOut(answer: string, newText: string, after: string): string[] {
  const present = new Set(importStatements(after.split('\n')).flatMap(({ names }) => [...names]));
  const used = new Set(newText.match(/[\p{L}\p{N}_$]+/gu) ?? []);
  const statements = fencedBlocks(answer).flatMap(({ code }) => {
    const lines = code.split('\n');
    return importStatements(lines)
      .filter(({ names }) => [...names].some((name) => used.has(name) && !present.has(name)))
      .map(({ firstLine, lastLine }) =>
        lines
          .slice(firstLine, lastLine + 1)
          .join(' ')
          .replace(/\s+/g, ' ')
          .trim(),
      );
  });
  return [...new Set(statements)];
}

function openBrackets(line: string): number {
  const code = line.replace(/"[^"]*"|'[^']*'/g, '');
  return (code.match(/[({]/g)?.length ?? 0) - (code.match(/[)}]/g)?.length ?? 0);
}

const notNames: ReadonlySet<string> = new Set([
  'import',
  'from',
  'as',
  'use',
  'pub',
  'const',
  'let',
  'var',
  'require',
  'type',
  'export',
  'static',
]);

/** Every word outside of strings; of a statement with nothing but a string, as Go has it, the path's last part. */
function namesOf(statement: string): Set<string> {
  const words = statement.replace(/"[^"]*"|'[^']*'/g, '').match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
  const names = new Set(words.filter((word) => !notNames.has(word)));
  const path = /"([^"]+)"/.exec(statement)?.[1];
  if (names.size === 0 && path !== undefined) names.add(path.split('/').at(-1) ?? path);
  return names;
}
