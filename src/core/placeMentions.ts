/**
 * Places in files that a text names: `src/poly.py`, `poly.py:12`, `poly.py:12:5`. Pure, and only a guess: whether there is
 * such a file is for the host to say.
 */

/** Two of one text may overlap: names that have a space or other letters than `A` to `Z` stand beside what is in them. */
export interface PlaceMention {
  /** UTF-16 offsets in the text, end-exclusive, with the line and column. */
  readonly start: number;
  readonly end: number;
  /** As written, with `/` for `\`; never with a `..` segment. */
  readonly path: string;
  /** One-based. */
  readonly line?: number;
  readonly column?: number;
}

/** Longest path that is looked for, in UTF-16 code units. */
const longestPath = 260;

/**
 * Endings that make a name without folder and line a file: `poly.py` is one, `items.length` and `np.array` are not. What
 * has a folder or a line may end in anything.
 */
const fileEndings = new Set(
  (
    'adoc agda asm astro bat bib c cc cfg cjs clj cls cmake cmd conf cpp cs css csv cu cxx dart dockerfile elm env erl ex exs f90 fs ' +
    'go gradle graphql groovy h hh hpp hs htm html hxx idr ini ipynb java jl js json json5 jsonc jsx kt kts lean less lock log lua m ' +
    'md mdx mjs ml mli mm mod mts nim nix patch php pl pm prisma properties proto ps1 py pyi pyx r rb rmd rs rst sage sass scala ' +
    'scm scss sh sml sol sql sty svelte svg swift tex tf toml ts tsv tsx txt typ v vb vhd vue wasm wat xml xsd yaml yml zig zsh'
  ).split(' '),
);

const namesWithoutEnding = /^(?:Makefile|Dockerfile|Gemfile|Rakefile|Justfile|Jenkinsfile|Procfile)$/;

const root = String.raw`(?:[A-Za-z]:[\\/]|\.?[\\/])?`;
const position = String.raw`(?::(?<line>\d{1,7})(?:(?::(?<column>\d{1,5}))|[-–]\d{1,7})?)?`;

/** Scripts that part words by spaces: a name next to their letters is a part of a word. In others it may follow at once. */
const wordLetter = String.raw`\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}|\p{Script=Arabic}|\p{Script=Hebrew}|\p{M}`;

/** Names of the letters that most programmers write in. */
const mention = new RegExp(
  String.raw`(?<![\w@/\\.:~+-]|${wordLetter})` +
    String.raw`(?<path>${root}(?:[\w.@+~-]+[\\/])*[\w.@+~-]*\w)${position}(?![\w/\\]|${wordLetter})`,
  'gu',
);

/** Names of all letters. */
const letter = String.raw`\p{L}\p{M}\p{N}_`;
const wideMention = new RegExp(
  String.raw`(?<![${letter}@/\\.:~+-])` +
    String.raw`(?<path>${root}(?:[${letter}.@+~-]+[\\/])*[${letter}.@+~-]*[${letter}])${position}(?![${letter}/\\])`,
  'gu',
);

/** A whole text, with spaces: only where quotes or inline code say where it begins and ends. */
const wholeMention = new RegExp(String.raw`^(?<path>${root}[${letter}.@+~\\/ -]+?)${position}$`, 'u');
const quoted = /["“„«]([^"“”„«»\n]{3,200})["”“»]/g;

/**
 * @param isCode the text is inline code: all of it may be one name with spaces in it
 * @returns the mentions in order, the longer one first where two begin together; linear in the length of the text
 */
export function placeMentions(text: string, isCode = false): PlaceMention[] {
  if (!/[.\\/]|file\b/.test(text)) return [];
  const found = [...text.matchAll(mention)].map((match) => mentionAt(match, match.index));
  if (/[^\0-\x7f]/.test(text)) {
    const wide = [...text.matchAll(wideMention)].filter(({ groups }) => /[^\0-\x7f]/.test(groups?.path ?? ''));
    found.push(...wide.map((match) => mentionAt(match, match.index)));
  }
  if (isCode) found.push(wholeAt(text, 0));
  else for (const match of text.matchAll(quoted)) found.push(wholeAt(match[1] ?? '', match.index + 1));
  return found.filter((each) => each !== undefined).sort((a, b) => a.start - b.start || b.end - a.end);
}

function wholeAt(text: string, start: number): PlaceMention | undefined {
  if (!text.includes(' ') || text.length > longestPath) return undefined;
  const match = wholeMention.exec(text);
  return match ? mentionAt(match, start) : undefined;
}

function mentionAt({ groups, 0: whole }: RegExpExecArray, start: number): PlaceMention | undefined {
  const { path: written = '', line, column } = groups ?? {};
  const path = written.replaceAll('\\', '/').replace(/^\.\//, '');
  if (!isFileLike(path, line !== undefined)) return undefined;
  return {
    ...{ start, end: start + whole.length, path },
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(column === undefined ? {} : { column: Number(column) }),
  };
}

/** A path that may be looked for: of our own kind, and not out of its folder. */
export function isFileLike(path: string, hasLine = false): boolean {
  if (path.length > longestPath || !/^(?:[A-Za-z]:)?[\p{L}\p{M}\p{N}_.@+~/ -]+$/u.test(path)) return false;
  if (path.split('/').some((part) => part === '..' || part !== part.trim())) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (namesWithoutEnding.test(name)) return true;
  const ending = /^[\p{L}\p{M}\p{N}_.@+~ -]*[\p{L}\p{M}\p{N}_@+~-]\.([A-Za-z]\w{0,9})$/u.exec(name)?.[1]?.toLowerCase();
  // Sentences and commands have spaces too.
  if (path.includes(' ')) return ending !== undefined && fileEndings.has(ending);
  if (path.includes('/')) return ending !== undefined || (hasLine && /\p{L}/u.test(name));
  if (ending === undefined || /^\w\.\w$/.test(name)) return ending !== undefined && hasLine;
  return hasLine || fileEndings.has(ending);
}
