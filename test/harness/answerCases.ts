import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../../src/core/snapshot.ts';

/** A case of `test/fixtures/answers`: see its README for the form. */
export interface AnswerCase {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly kind: 'insert' | 'replace';
  readonly answer: string;
  readonly expected: { readonly text: string } | { readonly refused: string } | 'nothing';
}

const folder = join(import.meta.dirname, '../fixtures/answers');

/** All cases by the name of their file. */
export function answerCases(): ReadonlyMap<string, readonly AnswerCase[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return new Map(files.map((file) => [file.replace('.txt', ''), parse(readFileSync(join(folder, file), 'utf8'))]));
}

interface Section {
  readonly words: readonly string[];
  readonly text: string;
}

function parse(content: string): AnswerCase[] {
  const [, ...parts] = `\n${content.replace(/\n$/, '')}`.replaceAll('→', '\t').split(/\n@@@ /);
  const cases: AnswerCase[] = [];
  let name = '';
  let sections = new Map<string, Section>();
  const close = (): void => {
    if (name !== '') cases.push(caseOf(name, sections));
    sections = new Map();
  };
  for (const part of parts) {
    const end = part.indexOf('\n');
    const head = end < 0 ? part.trimEnd() : part.slice(0, end);
    const [key = '', ...words] = head.split(' ');
    if (key === 'case') {
      close();
      name = words.join(' ');
    } else sections.set(key, { words, text: end < 0 ? '' : part.slice(end + 1) });
  }
  close();
  return cases;
}

function caseOf(name: string, sections: ReadonlyMap<string, Section>): AnswerCase {
  const selection = sections.get('selection');
  const answer = sections.get('answer');
  if (!selection || !answer) throw new Error(`${name}: no selection, or no answer`);
  const [languageId = '', ...flags] = selection.words;
  const eol = flags.includes('eol=crlf') ? '\r\n' : '\n';
  const before = around(sections.get('before'), (text) => `${text}\n`);
  const after = around(sections.get('after'), (text) => `\n${text}`);
  const lines = before.split('\n');
  const start = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  const selected = selection.text.split('\n');
  const character = (selected.at(-1)?.length ?? 0) + (selected.length === 1 ? start.character : 0);
  const withEol = (text: string): string => text.replaceAll('\n', eol);
  const snapshot: Snapshot = {
    uri: 'file:///a',
    fileName: flags.find((flag) => flag.startsWith('file='))?.slice('file='.length) ?? 'a',
    languageId,
    version: 1,
    range: { start, end: { line: start.line + selected.length - 1, character } },
    scope: 'selection',
    text: withEol(selection.text),
    eol,
    before: withEol(before),
    after: withEol(after),
    diagnostics: [],
    copies: 0,
  };
  const text = sections.get('expect');
  const refused = sections.get('refuse');
  const expected = text ? { text: withEol(text.text) } : refused ? { refused: refused.words.join(' ') } : ('nothing' as const);
  return { name, snapshot, kind: flags.includes('insert') ? 'insert' : 'replace', answer: answer.text, expected };
}

function around(section: Section | undefined, whole: (text: string) => string): string {
  if (!section) return '';
  return section.words.includes('inline') ? section.text : whole(section.text);
}
