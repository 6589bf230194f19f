/**
 * Three ways from a growing text to the page, bundled for the browser: Lemma's own, and two that parse all of it again
 * at each flush, as other panels do.
 */
import rehypeKatex from 'rehype-katex';
import rehypeStringify from 'rehype-stringify';
import remarkMath from 'remark-math';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import { PlaceBook } from '../../../webview/places.ts';
import { slottedHtml } from '../../../webview/render/html.ts';
import { linkDefinitions } from '../../../webview/render/lexer.ts';
import { noMacros } from '../../../webview/render/macros.ts';
import { MarkdownView } from '../../../webview/render/markdown.ts';
import { sanitized } from '../../../webview/render/sanitize.ts';
import { strings } from '../../browser/conversations.ts';

/** Draws all text so far. */
type Draw = (text: string) => void;

const pipelines: Readonly<Record<string, (root: HTMLElement) => Draw>> = {
  lemma: (root) => {
    const options = { words: strings, math: 'mathml', places: new PlaceBook(() => undefined), onError: fail, grouped: true } as const;
    const view = new MarkdownView(root, options);
    return (text) => view.update(text, false);
  },
  /** The least that a full parse costs: the same dialect and sanitising, its formulas left empty. */
  marked: (root) => (text) => root.replaceChildren(sanitized(slottedHtml(text, linkDefinitions(), true, () => false, noMacros).html)),
  unified: (root) => {
    const processor = unified().use(remarkParse).use(remarkMath).use(remarkRehype).use(rehypeKatex).use(rehypeStringify);
    return (text) => (root.innerHTML = String(processor.processSync(withDollars(text))));
  },
};

export interface Flushing {
  readonly pipeline: string;
  readonly text: string;
  /** Lengths of the text, one for each flush. */
  readonly lengths: readonly number[];
}

/** Draws the text at each of its lengths, each in a task of its own. @returns formulas on the page after the last */
export async function flush({ pipeline, text, lengths }: Flushing): Promise<number> {
  const root = document.body.appendChild(document.createElement('div'));
  root.className = 'flow';
  const draw = pipelines[pipeline]?.(root);
  for (const length of lengths) {
    draw?.(text.slice(0, length));
    await new Promise((done) => setTimeout(done));
  }
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const formulas = root.querySelectorAll('math').length;
  root.remove();
  return formulas;
}

/** What panels do whose parser knows dollars alone. */
function withDollars(text: string): string {
  return text
    .replace(/\\\[([^]*?)\\\]/g, (_, tex: string) => `\n$$\n${tex.trim()}\n$$\n`)
    .replace(/\\\(([^]*?)\\\)/g, (_, tex: string) => `$${tex}$`);
}

function fail(error: unknown): never {
  throw error;
}
