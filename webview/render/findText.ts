/**
 * Where a text stands on the page. A formula is one thing: it is found by its TeX, as it is in the source, and marked
 * as a whole.
 */
import { folded } from '../search.ts';

interface Run {
  readonly node: Node;
  readonly text: string;
  /** A formula; `node` is its element. */
  readonly whole: boolean;
}

/** Ranges of `query` in these nodes, in order. Changes nothing on the page. */
export function rangesOf(nodes: readonly Node[], query: string): Range[] {
  const runs = nodes.flatMap(runsOf);
  const text = folded(runs.map((run) => run.text).join(''));
  const wanted = folded(query);
  const ranges: Range[] = [];
  if (wanted === '') return ranges;
  let [index, runStart] = [0, 0];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    const range = document.createRange();
    const runAt = (offset: number): Run | undefined => {
      while (index < runs.length - 1 && runStart + (runs[index]?.text.length ?? 0) <= offset) {
        runStart += runs[index]?.text.length ?? 0;
        index += 1;
      }
      return runs[index];
    };
    const first = runAt(at);
    if (first?.whole === true) range.setStartBefore(first.node);
    else if (first) range.setStart(first.node, at - runStart);
    const last = runAt(at + wanted.length - 1);
    if (last?.whole === true) range.setEndAfter(last.node);
    else if (last) range.setEnd(last.node, at + wanted.length - runStart);
    ranges.push(range);
  }
  return ranges;
}

function runsOf(node: Node): Run[] {
  const runs: Run[] = [];
  const visit = (each: Node): void => {
    if (each instanceof Text) runs.push({ node: each, text: each.data, whole: false });
    else if (!(each instanceof Element)) return;
    else if (each.matches('.math, .formula')) {
      runs.push({ node: each, text: each.querySelector('annotation, code.tex')?.textContent ?? '', whole: true });
    } else if (!each.matches('header')) each.childNodes.forEach(visit);
  };
  visit(node);
  return runs;
}
