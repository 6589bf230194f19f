/**
 * Formulas by KaTeX, which is loaded with the first one. `katex.render` sets its styles through the DOM, so a strict
 * CSP has nothing to forbid; `trust: false` keeps out links and images; size and expansion are limited.
 */
import type { FormulaSlot } from './html.ts';
import { watchOverflow } from './overflow.ts';

type Katex = typeof import('katex').default;
type KatexOptions = import('katex').KatexOptions;

/** `html` is KaTeX's own typesetting with MathML for readers; `mathml` is a tenth of it, for long thoughts. */
export type MathOutput = 'html' | 'mathml';

/** What Chromium's MathML does not draw as TeX does: boxes, tags and the alignment of columns. */
const needsHtml =
  /\\(?:boxed|fbox|fcolorbox|[bx]?cancel|sout|angl|tag)|\\begin\{(?:align|split|eqnarray|gather|multline|array|subarray|[dr]?cases|CD)/;

/** Letters of `\mathbb`, `\mathbf` and their kind, which Chromium's MathML draws as the usual italic ones. */
const otherAlphabet = '[mathvariant]:not([mathvariant=normal])';

/** A source that is shown while its end has not come; shorter ones only keep their room. */
const shownSourceLength = 160;

/** Time that formulas which waited for KaTeX may take of one frame, in milliseconds. */
const sliceMs = 8;

let katex: Katex | undefined;
let loading: Promise<void> | undefined;
const waiting = new Map<Element, () => void>();

/** Resolves when every formula drawn so far is typeset. */
export async function formulasSettled(): Promise<void> {
  await loading;
}

function load(onError: (error: unknown) => void): void {
  loading ??= import('katex').then(
    (module) => {
      katex = module.default;
      styleThroughObjects();
      limitExpansion(katex);
      return drawWaiting();
    },
    (error: unknown) => {
      waiting.clear();
      onError(error);
    },
  );
}

/** In slices, because a long thought may be on the page before KaTeX is. */
async function drawWaiting(): Promise<void> {
  let start = performance.now();
  for (const [element, draw] of waiting) {
    waiting.delete(element);
    if (element.isConnected) draw();
    if (performance.now() - start < sliceMs) continue;
    await new Promise((done) => requestAnimationFrame(done));
    start = performance.now();
  }
}

/**
 * KaTeX sets the styles of its arrows (`\vec`) and of its MathML by attribute, which a strict CSP forbids and reports.
 * Through the style object the same declarations are allowed. Only KaTeX makes elements of these two kinds with styles.
 */
function styleThroughObjects(): void {
  for (const { prototype } of [SVGElement, MathMLElement]) {
    prototype.setAttribute = function (this: SVGElement | MathMLElement, name, value) {
      if (name === 'style') this.style.cssText = value;
      else Element.prototype.setAttribute.call(this, name, value);
    };
  }
}

export interface FormulaWords {
  /** Accessible name of the scrollable box of a displayed formula. */
  readonly formula: string;
  /** Title of a formula that KaTeX does not understand; {0} is its reason. */
  readonly badFormula: string;
}

/** Equal keys stand for equal elements, so a formula that is already drawn is kept while its paragraph grows. */
export function formulaKey(slot: FormulaSlot): string {
  const { display, closed, definitions, tex, raw } = slot;
  return `${display ? 'd' : 'i'}${closed ? 'c' : 'o'}:${definitions}:${closed || raw.length > shownSourceLength ? tex : ''}`;
}

/**
 * @param tag `div` on lines of its own, `span` inside a paragraph
 * @returns the element, typeset now or as soon as KaTeX is there
 */
export function formulaElement(
  slot: FormulaSlot,
  tag: 'div' | 'span',
  output: MathOutput,
  words: FormulaWords,
  onError: (error: unknown) => void,
): HTMLElement {
  const element = document.createElement(tag);
  element.className = slot.display ? 'formula' : 'math';
  const target = slot.display ? element.appendChild(scrollBox(tag, words)) : element;
  if (!slot.closed) {
    element.classList.add('pending');
    if (slot.raw.length > shownSourceLength) target.append(sourceElement(slot.tex.trim()));
    return element;
  }
  const draw = (): void => {
    typeset(target, slot, output, words);
  };
  if (katex) {
    draw();
  } else {
    target.append(sourceElement(slot.raw.trim()));
    waiting.set(target, draw);
    load(onError);
  }
  return element;
}

function scrollBox(tag: 'div' | 'span', words: FormulaWords): HTMLElement {
  const box = document.createElement(tag);
  box.className = 'scroll';
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', words.formula);
  return box;
}

function sourceElement(source: string): HTMLElement {
  const code = document.createElement('code');
  code.className = 'tex';
  code.textContent = source;
  return code;
}

/**
 * A formula as presentation MathML with its LaTeX as annotation, for word processors and computer algebra.
 * @returns undefined for a formula that KaTeX does not understand, or before KaTeX is there
 */
export function mathMl(slot: FormulaSlot): string | undefined {
  try {
    const html = katex?.renderToString(slot.tex, { ...settingsFor(slot), output: 'mathml' });
    return html === undefined ? undefined : /<math[\s\S]*<\/math>/.exec(html)?.[0];
  } catch (_thrown) {
    return undefined;
  }
}

const limits = { trust: false, strict: 'ignore', throwOnError: true, maxSize: 20, maxExpand: 500 } as const;

/** @throws what KaTeX says of a definition that it does not understand */
function settingsFor({ definitions, display }: FormulaSlot): KatexOptions {
  // KaTeX writes what a formula defines with `\\gdef` into the object that it is given.
  return { ...limits, displayMode: display, macros: { ...macrosOf(definitions) } };
}

type KatexMacros = NonNullable<KatexOptions['macros']>;

/** Formulas of one text use the same few definitions. */
let latest: { readonly definitions: string; readonly macros: KatexMacros } = { definitions: '', macros: {} };

function macrosOf(definitions: string): KatexMacros {
  if (definitions === '' || !katex) return {};
  if (latest.definitions !== definitions) {
    const macros: KatexMacros = {};
    katex.renderToString(definitions, { ...limits, output: 'mathml', globalGroup: true, macros });
    latest = { definitions, macros };
  }
  return latest.macros;
}

/** Symbols that the macros of one formula may come to: `maxExpand` counts their calls, not what each of them writes. */
const mostSymbols = 10_000;

/**
 * Counts what macros write, since a definition of a thousand letters that is called a hundred times takes half a minute.
 * The object that expands macros is only to be had from inside a macro.
 */
function limitExpansion(to: Katex): void {
  const limit = (expander: object): string => {
    const prototype = Object.getPrototypeOf(expander) as Expander;
    const { expandOnce } = prototype;
    prototype.expandOnce = function (expandableOnly) {
      const added = expandOnce.call(this, expandableOnly);
      this.lemmaSymbols = (this.lemmaSymbols ?? 0) + Number(added);
      if (this.lemmaSymbols > mostSymbols) throw new RangeError(`Its commands write more than ${mostSymbols} symbols`);
      return added;
    };
    return '';
  };
  // The types know macros that are text alone.
  to.renderToString('\\lemma', { macros: { '\\lemma': limit } as unknown as KatexMacros });
}

interface Expander {
  /** @returns how many symbols came in the place of a macro; false for what is none */
  expandOnce: (this: Expander, expandableOnly?: boolean) => number | false;
  lemmaSymbols?: number;
}

function typeset(target: HTMLElement, slot: FormulaSlot, output: MathOutput, words: FormulaWords): void {
  if (!katex) return;
  try {
    const settings = settingsFor(slot);
    const plain = output === 'mathml' && !needsHtml.test(slot.definitions + slot.tex);
    if (plain) katex.render(slot.tex, target, { ...settings, output });
    if (!plain || target.querySelector(otherAlphabet)) katex.render(slot.tex, target, { ...settings, output: 'htmlAndMathml' });
    if (slot.display) watchOverflow(target);
  } catch (error) {
    const source = sourceElement(slot.raw.trim());
    source.classList.add('bad');
    source.title = words.badFormula.replace('{0}', error instanceof Error ? error.message : String(error));
    target.replaceChildren(source);
  }
}
