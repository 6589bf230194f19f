import type { MathFlavour } from './formulas.ts';

/** Files that a document takes text from, as it names them: `\input{macros}`, `\usepackage{./local}`, `% !TEX root = main.tex`. */
export interface MentionedFile {
  readonly path: string;
  /** It is the document that this one is part of: what it takes in counts for this one too. */
  readonly root: boolean;
}

export function filesMentioned(text: string, flavour: MathFlavour): MentionedFile[] {
  if (flavour === 'markdown') return [];
  const found: MentionedFile[] = [];
  if (flavour === 'typst') {
    for (const [, path = ''] of text.matchAll(/#(?:import|include)\s+"([^"@]+\.typ)"/g)) found.push({ path, root: false });
    return found;
  }
  for (const [, path = ''] of text.matchAll(/^%\s*!\s*TEX\s+root\s*=\s*(\S.*?)\s*$/gim))
    found.push({ path: withEnding(path, '.tex'), root: true });
  for (const [, path = ''] of text.matchAll(/\\documentclass\[([^\]\n]+\.tex)\]\{subfiles\}/g)) found.push({ path, root: true });
  for (const [, command = '', path = ''] of text.matchAll(
    /(?<!\\)\\(input|include|subfile|usepackage|RequirePackage)\s*(?:\[[^\]]*\])?\{([^{}\n]+)\}/g,
  ))
    for (const name of path.split(','))
      found.push({ path: withEnding(name.trim(), /usepackage|RequirePackage/.test(command) ? '.sty' : '.tex'), root: false });
  return found;
}

function withEnding(path: string, ending: string): string {
  return /\.[A-Za-z]{2,4}$/.test(path) ? path : path + ending;
}
