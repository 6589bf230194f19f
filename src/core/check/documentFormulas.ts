/** The formulas of a document that can be checked, whatever its notation, with their places in it. */
import { findFormulas } from '../formulas.ts';
import type { Formula, MathFlavour } from '../formulas.ts';
import { latexOfTypst } from '../typstMath.ts';
import type { CheckedFormula, CheckedRelation } from './checked.ts';
import { formulasToCheck } from './checkText.ts';
import type { FormulaToCheck } from './checkText.ts';

/** Offsets are UTF-16, end-exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface DocumentFormulas {
  /** In order; offsets are those of the text that was read for them, see `placeOf`. */
  readonly formulas: readonly FormulaToCheck[];
  /** Where a formula, or a relation of it, stands in the document. */
  readonly placeOf: (span: Span) => Span;
}

/** @param text with `\n` as its only line end */
export function documentFormulas(text: string, flavour: MathFlavour): DocumentFormulas {
  if (flavour === 'typst') return typstFormulas(text);
  return { formulas: formulasToCheck(text, { notation: flavour }), placeOf: ({ start, end }) => ({ start, end }) };
}

/** A text that is one formula without delimiters: `1+1=3` selected inside a formula, or in a document of any other language. */
export function bareFormula(text: string): DocumentFormulas {
  const formulas = /\$/.test(text) ? [] : formulasToCheck(`$${text}$`, { notation: 'latex' });
  const within = (offset: number): number => Math.min(Math.max(0, offset - 1), text.length);
  return { formulas, placeOf: ({ start, end }) => ({ start: within(start), end: within(end) }) };
}

/** Only those that touch a part of the document. What was supposed before it still holds. */
export function formulasIn(found: DocumentFormulas, part: Span): DocumentFormulas {
  const formulas = found.formulas.filter((formula) => {
    const { start, end } = found.placeOf(formula);
    return start <= part.end && part.start <= end;
  });
  return { ...found, formulas };
}

/** A relation's place of Typst is that of its formula: nothing tells which of its signs became which. */
function typstFormulas(text: string): DocumentFormulas {
  const places: { readonly formula: Formula; readonly start: number; readonly end: number }[] = [];
  let latex = '';
  let done = 0;
  for (const formula of findFormulas(text, 'typst')) {
    const content = latexOfTypst(text.slice(formula.contentStart, formula.contentEnd));
    latex += text.slice(done, formula.start);
    done = formula.end;
    if (content === undefined) continue;
    const start = latex.length;
    // On one line: a blank line would end it.
    const line = content.replace(/\s+/g, ' ');
    latex += formula.display ? `$$${line}$$` : `$${line}$`;
    places.push({ formula, start, end: latex.length });
  }
  latex += text.slice(done);
  const placeOf = (span: Span): Span => {
    const place = places.find(({ start, end }) => start <= span.start && span.start < end);
    return place ? { start: place.formula.start, end: place.formula.end } : { start: 0, end: 0 };
  };
  // It is LaTeX between dollars by now.
  const formulas = formulasToCheck(latex, { notation: 'markdown' });
  return { formulas: formulas.filter(({ start }) => places.some((place) => place.start <= start && start < place.end)), placeOf };
}

/**
 * The relations of a checked formula that do not hold, and where they stand in the document, without the white space around.
 * @param text the document's
 */
export function failuresOf(
  formula: CheckedFormula,
  text: string,
  placeOf: DocumentFormulas['placeOf'],
): { readonly relation: CheckedRelation; readonly place: Span }[] {
  return formula.relations
    .filter(({ verdict }) => verdict === 'false')
    .map((relation) => ({ relation, place: withoutBlanks(text, placeOf(relation)) }));
}

function withoutBlanks(text: string, { start, end }: Span): Span {
  const part = text.slice(start, end);
  return { start: start + part.length - part.trimStart().length, end: end - part.length + part.trimEnd().length };
}
