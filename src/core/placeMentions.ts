/**
 * Places in files that a text names: `src/poly.py`, `poly.py:12`, `poly.py:12:5`. Pure, and only a guess: whether there is
 * such a file is for the host to say.
 */

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

const mention = new RegExp(
  String.raw`(?<![\w@/\\.:~+-])` +
    String.raw`(?<path>(?:[A-Za-z]:[\\/]|\.?[\\/])?(?:[\w.@+~-]+[\\/])*[\w.@+~-]*\w)` +
    String.raw`(?::(?<line>\d{1,7})(?:(?::(?<column>\d{1,5}))|[-–]\d{1,7})?)?` +
    String.raw`(?![\w/\\])`,
  'g',
);

/** @returns the mentions in order; linear in the length of the text */
export function placeMentions(text: string): PlaceMention[] {
  if (!/[.\\/]|file\b/.test(text)) return [];
  const found: PlaceMention[] = [];
  for (const match of text.matchAll(mention)) {
    const { path: written = '', line, column } = match.groups ?? {};
    const path = written.replaceAll('\\', '/').replace(/^\.\//, '');
    if (!isFileLike(path, line !== undefined)) continue;
    found.push({
      start: match.index,
      end: match.index + match[0].length,
      path,
      ...(line === undefined ? {} : { line: Number(line) }),
      ...(column === undefined ? {} : { column: Number(column) }),
    });
  }
  return found;
}

/** A path that may be looked for: of our own kind, and not out of its folder. */
export function isFileLike(path: string, hasLine = false): boolean {
  if (path.length > longestPath || !/^(?:[A-Za-z]:)?[\w.@+~/-]+$/.test(path) || path.split('/').includes('..')) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (namesWithoutEnding.test(name)) return true;
  const ending = /^[\w.@+~-]*[\w@+~-]\.([A-Za-z]\w{0,9})$/.exec(name)?.[1]?.toLowerCase();
  if (path.includes('/')) return ending !== undefined || (hasLine && /[A-Za-z]/.test(name));
  if (ending === undefined || /^\w\.\w$/.test(name)) return ending !== undefined && hasLine;
  return hasLine || fileEndings.has(ending);
}
