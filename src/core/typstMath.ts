/**
 * A formula of TeX in Typst's syntax, by tex2typst (Apache-2.0), and only where every command in it is known to it: what it
 * does not know it would write down as a word that means nothing.
 */
import { symbolMap, tex2typst, typst2tex } from 'tex2typst';

/** Commands beside the symbols it lists: those with arguments that it translates, and operators that Typst calls the same. */
const structures: ReadonlySet<string> = new Set(
  [
    'frac tfrac dfrac binom dbinom tbinom sqrt text operatorname mathbb mathbf mathcal mathfrak mathit mathrm mathscr mathsf mathtt',
    'bar bold boldsymbol ddot dot hat overbrace overline pmb rm tilde underbrace underline vec widehat widetilde cancel overset underset',
    'overleftarrow overrightarrow substack left right begin end big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr',
    'displaystyle textstyle sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log exp lim limsup liminf max min sup inf',
    'det dim ker deg gcd arg hom bmod pmod quad qquad mod Pr',
  ].flatMap((line) => line.split(' ')),
);

const environments = /^(?:align|aligned|gather|gathered|equation|split|cases|array|matrix|[pbvBV]matrix|smallmatrix|multline)\*?$/;

/**
 * @param tex without its delimiters
 * @returns undefined when it is not certain that the result means the same
 */
export function typstMath(tex: string): string | undefined {
  const plain = withoutBoxes(tex.replaceAll('{,}', '\\text{,}').replace(/\\(?:nonumber|notag)(?![A-Za-z])/g, ''));
  if (plain === undefined || /[#$]/.test(plain.replaceAll('\\$', '').replaceAll('\\#', ''))) return undefined;
  for (const [, command = ''] of plain.matchAll(/\\([A-Za-z]+)/g))
    if (!structures.has(command) && !symbolMap.has(command)) return undefined;
  for (const [, name = ''] of plain.matchAll(/\\begin\{([^{}]*)\}/g)) if (!environments.test(name)) return undefined;
  try {
    const typst = tex2typst(plain.trim()).trim();
    return typst === '' || typst.includes('\\\\') ? undefined : typst;
  } catch {
    // It says so by throwing when it cannot read the formula.
    return undefined;
  }
}

/** `\boxed{x}` marks a final answer; Typst has no such command, and what is in the box is what was asked for. */
function withoutBoxes(tex: string): string | undefined {
  let text = tex;
  for (;;) {
    const start = text.search(/\\boxed\s*\{/);
    if (start < 0) return text;
    const open = text.indexOf('{', start);
    const close = closingBrace(text, open);
    if (close === undefined) return undefined;
    text = text.slice(0, start) + text.slice(open + 1, close) + text.slice(close + 1);
  }
}

/** @param pair the opening character, which stands at `open`, and the closing one */
function closingBrace(text: string, open: number, pair = '{}'): number | undefined {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === pair[0]) depth += 1;
    else if (text[index] === pair[1]) {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return undefined;
}

/**
 * The other way round, for what reads LaTeX alone.
 * @param typst without its dollar signs
 * @returns undefined for a formula with code in it, and for one that cannot be read
 */
export function latexOfTypst(typst: string): string | undefined {
  const formula = typst.replace(/\/\*[^]*?\*\/|(?<!:)\/\/[^\n]*/g, ' ');
  if (/(?<!\\)#/.test(formula)) return undefined;
  try {
    // `a \not = b` is `\ne` to everybody else.
    const latex = withBars(typst2tex(formula.trim())).replace(/\\not\s*=/g, '\\ne');
    return latex.trim() === '' ? undefined : latex;
  } catch {
    // It says so by throwing when it cannot read the formula.
    return undefined;
  }
}

/** `abs(x)` is a function of Typst that the library leaves as it is: `\abs(x)`. */
function withBars(latex: string): string {
  let text = latex;
  for (;;) {
    const start = text.search(/\\abs\s*\(/);
    if (start < 0) return text;
    const open = text.indexOf('(', start);
    const close = closingBrace(text, open, '()');
    if (close === undefined) return text;
    text = `${text.slice(0, start)}\\left| ${text.slice(open + 1, close)} \\right|${text.slice(close + 1)}`;
  }
}
