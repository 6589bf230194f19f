/**
 * A formula of TeX in Typst's syntax, by tex2typst (Apache-2.0), and only where every command in it is known to it: what it
 * does not know it would write down as a word that means nothing.
 */
import { symbolMap, tex2typst } from 'tex2typst';

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

function closingBrace(text: string, open: number): number | undefined {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '{') depth += 1;
    else if (text[index] === '}') {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return undefined;
}
