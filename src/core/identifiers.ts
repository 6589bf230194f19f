/** The names that a piece of code uses, by a lexer that knows no language well: comments, strings and keywords are left out. */

export interface UsedName {
  readonly name: string;
  /** UTF-16 offset of its first use. */
  readonly offset: number;
  /** How often it is used. */
  readonly count: number;
}

/** Words that are syntax in one of the usual languages; as names they are rare enough to be missed. */
const keywords: ReadonlySet<string> = new Set(
  [
    'abstract and any as assert async auto await begin bool boolean break byte case catch char class const constexpr continue def default',
    'defer del delete do double elif else elseif elsif end enum except export extends extern extends false False final finally float fn for',
    'foreach from func function global go goto if impl implements import in infer inline instanceof int interface is keyof lambda let long',
    'loop match mod module move mut namespace never new nil None nonlocal not null object of operator or override package pass private',
    'protected pub public raise range readonly ref repeat require return satisfies self Self short signed sizeof static str string struct',
    'super switch symbol template then this throw throws trait true True try type typedef typename typeof undefined union unknown unless',
    'unsafe unsigned until use using val var virtual void volatile where while with yield print echo local fi done esac',
  ].flatMap((line) => line.split(' ')),
);

const hashComments: ReadonlySet<string> = new Set(
  'python ruby shellscript perl r julia yaml toml makefile dockerfile powershell coffeescript nim elixir'.split(' '),
);
const dashComments: ReadonlySet<string> = new Set('sql lua haskell elm ada lean lean4'.split(' '));

/** @returns in the order of their first use */
export function namesUsed(code: string, languageId: string): UsedName[] {
  const comment = hashComments.has(languageId) ? '#.*' : dashComments.has(languageId) ? '--.*' : String.raw`\/\/.*|\/\*[\s\S]*?\*\/`;
  const single = languageId === 'rust' || languageId === 'haskell' ? String.raw`'(?:\\[^']*|[^'\\\n])'` : String.raw`'(?:\\.|[^'\\\n])*'`;
  const skipped = String.raw`"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|${single}|${comment}`;
  // A number may hold letters: `0xff`, `1e9`, `10px`.
  const token = new RegExp(String.raw`${skipped}|\d[\p{L}\p{N}_.]*|([\p{L}_$][\p{L}\p{N}_$]*)`, 'gu');
  const found = new Map<string, { offset: number; count: number }>();
  for (const match of code.matchAll(token)) {
    const name = match[1];
    if (name === undefined || keywords.has(name)) continue;
    const known = found.get(name);
    if (known) known.count += 1;
    else found.set(name, { offset: match.index, count: 1 });
  }
  return Array.from(found, ([name, use]) => ({ name, ...use }));
}
