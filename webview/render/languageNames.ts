import { languageName } from '../../src/core/codeLanguages.ts';

/** Names as people write them, where that is more than a capital at the beginning. */
const written: Readonly<Record<string, string>> = {
  ...{ bash: 'Bash', c: 'C', cpp: 'C++', csharp: 'C#', css: 'CSS', cuda: 'CUDA', fsharp: 'F#', go: 'Go', html: 'HTML', json: 'JSON' },
  ...{ javascript: 'JavaScript', latex: 'LaTeX', matlab: 'MATLAB', objectivec: 'Objective-C', ocaml: 'OCaml', php: 'PHP', r: 'R' },
  ...{
    powershell: 'PowerShell',
    sql: 'SQL',
    svg: 'SVG',
    toml: 'TOML',
    typescript: 'TypeScript',
    vbnet: 'VB.NET',
    xml: 'XML',
    yaml: 'YAML',
  },
};

/** Languages whose name is their id with a capital. */
const capital =
  /^(?:ada|agda|assembly|clojure|coq|dart|diff|dockerfile|elixir|erlang|fortran|haskell|java|julia|kotlin|lean|lisp|lua|makefile|markdown|mermaid|nim|octave|perl|prolog|python|ruby|rust|scala|scheme|swift|typst|zig)$/;

/** What the label of a code block says: `C++` for `cpp`; a name that is not known stays as it was written. */
export function languageLabel(language: string): string {
  if (language === '') return '';
  const name = languageName(language);
  if (capital.test(name)) return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return (Object.hasOwn(written, name) ? written[name] : undefined) ?? language;
}
