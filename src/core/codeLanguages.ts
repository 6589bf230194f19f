/** Names of languages as models write them behind a fence, against VS Code's language ids. */
import { fenceName } from './prompt.ts';

const aliases: Readonly<Record<string, string>> = {
  py: 'python',
  python3: 'python',
  py3: 'python',
  sage: 'python',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  javascriptreact: 'javascript',
  node: 'javascript',
  ts: 'typescript',
  tsx: 'typescript',
  typescriptreact: 'typescript',
  'c++': 'cpp',
  cc: 'cpp',
  cxx: 'cpp',
  hpp: 'cpp',
  h: 'c',
  'c#': 'csharp',
  cs: 'csharp',
  'f#': 'fsharp',
  fs: 'fsharp',
  rs: 'rust',
  golang: 'go',
  rb: 'ruby',
  kt: 'kotlin',
  hs: 'haskell',
  jl: 'julia',
  pl: 'perl',
  ml: 'ocaml',
  objc: 'objectivec',
  'objective-c': 'objectivec',
  tex: 'latex',
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  shellscript: 'bash',
  ps1: 'powershell',
  pwsh: 'powershell',
  yml: 'yaml',
  md: 'markdown',
  jsonc: 'json',
  json5: 'json',
  docker: 'dockerfile',
  make: 'makefile',
  vb: 'vbnet',
  'vb.net': 'vbnet',
  lean4: 'lean',
  rscript: 'r',
  typ: 'typst',
  rocq: 'coq',
  sagemath: 'python',
};

/** Fences that show what a program prints or what to type in a terminal, not what belongs into a source file. */
const transcripts: ReadonlySet<string> = new Set([
  'text',
  'txt',
  'plaintext',
  'plain',
  'output',
  'console',
  'terminal',
  'log',
  'diff',
  'mermaid',
  'bash',
  'pycon',
  'ghci',
]);

/** A prompt, or the words of a compiler: what was seen in a terminal. */
const terminal = /^(?:>>> |\$ |ghci> |irb[^>]*> |julia> |error(?:\[\w+\])?: |warning: |Traceback \()/;

/** The text is what a program or a terminal shows. */
export function isTranscript(text: string): boolean {
  return terminal.test(text.trimStart());
}

/** Languages close enough that models name one for the other. */
const kin: readonly ReadonlySet<string>[] = [
  new Set(['javascript', 'typescript']),
  new Set(['c', 'cpp', 'cuda', 'objectivec']),
  new Set(['json', 'javascript']),
];

/** `py`, `Python3` and the language id `python` all give `python`. */
export function languageName(name: string): string {
  const lower = name.toLowerCase();
  // A model can write `constructor` there, which every object has.
  return (Object.hasOwn(aliases, lower) ? aliases[lower] : undefined) ?? fenceName(lower);
}

export type LanguageMatch = 'same' | 'kin' | 'unnamed' | 'other' | 'transcript';

/** How a fence's language relates to that of the document. */
export function matchLanguage(fence: string, languageId: string): LanguageMatch {
  const wanted = languageName(languageId);
  if (fence === '') return 'unnamed';
  const found = languageName(fence);
  if (found === wanted) return 'same';
  if (kin.some((family) => family.has(found) && family.has(wanted))) return 'kin';
  return transcripts.has(found) ? 'transcript' : 'other';
}

export function isLatex(languageId: string): boolean {
  return languageName(languageId) === 'latex' || languageId === 'latex-expl3';
}

/** VS Code's ids where they differ from the names behind fences. */
const languageIds: ReadonlyMap<string, string> = new Map([
  ['bash', 'shellscript'],
  ['objectivec', 'objective-c'],
  ['vbnet', 'vb'],
  ['jsx', 'javascriptreact'],
  ['tsx', 'typescriptreact'],
]);

/** Language ids of VS Code that a fence's name may mean, the closest first. The editor may have none of them. */
export function vscodeLanguages(fence: string): string[] {
  const lower = fence.toLowerCase();
  const name = languageName(lower);
  return [...new Set([languageIds.get(lower), lower, languageIds.get(name), name])].filter(
    (id): id is string => id !== undefined && id !== '',
  );
}
