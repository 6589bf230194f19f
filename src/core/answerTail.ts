/** What models add to the text that was asked for: examples of its use within the same block, remarks below it, the file's name above. */
import { indentColumns, lineKey } from './lineLikeness.ts';

const exampleHead =
  /^(?:\/\/|#|--|%|\/\*|\(\*)\s*(?:[-=*]{2,}\s*)?(?:example|usage|test(?:s|ing)?|sample|示例|用法|测试)(?: (?:usages?|examples?|cases?|the (?:function|code|method|class)|code|it|of usage))?\s*[:：.]?\s*(?:[-=*]{2,})?\s*(?:\*\/|\*\))?$/i;

/** Without examples of use that begin with a comment which says so, unless the selection has such a comment. */
export function withoutExamples(lines: readonly string[], selected: readonly string[]): readonly string[] {
  if (selected.some((line) => exampleHead.test(line.trim()))) return lines;
  const outer = Math.min(...lines.filter((line) => line.trim() !== '').map(indentColumns));
  const at = lines.findIndex((line, index) => index > 0 && indentColumns(line) === outer && exampleHead.test(line.trim()));
  if (at < 1 || lines.slice(0, at).every((line) => line.trim() === '')) return lines;
  return lines.slice(0, at);
}

/** Without a comment in the first line that is nothing but the name of the file. */
export function withoutFileName(lines: readonly string[], fileName: string, selected: readonly string[]): readonly string[] {
  const base = fileName.split(/[/\\]/).at(-1) ?? '';
  const [first = '', ...rest] = lines;
  const named = /^\s*(?:\/\/|#|--|%|;|<!--|\/\*|\(\*)\s*(?:file(?:name)?:\s*)?(\S+)\s*(?:-->|\*\/|\*\))?\s*$/i.exec(first)?.[1];
  if (!base.includes('.') || named?.split(/[/\\]/).at(-1) !== base) return lines;
  return selected.some((line) => lineKey(line) === lineKey(first)) ? lines : rest;
}

const remarkHead =
  /^(?:#{1,6}\s+)?(?:\*\*|__)?(?:key |main |summary of )?(?:changes?(?: made)?|improvements?|corrections?|explanations?|what (?:i )?changed|修改说明|修改|说明|解释)(?:\s*[:：])?(?:\*\*|__)?(?:\s*[:：])?\s*$/i;

/** Text without what a model says about it below: behind a rule, or under a heading of its own. */
export function withoutRemarks(text: string, selected: string): string {
  const lines = text.split('\n');
  const own = new Set(selected.split(/\r?\n/).map(lineKey));
  const head = lines.findIndex((line, index) => index > 0 && remarkHead.test(line.trim()) && !own.has(lineKey(line)));
  if (head < 1) return text;
  const above = lines.slice(0, head).findLastIndex((line) => line.trim() !== '');
  if (above < 0 || (above === head - 1 && !lines[head]?.startsWith('#'))) return text;
  const rule = /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/.test(lines[above] ?? '') && !own.has(lineKey(lines[above] ?? ''));
  const rest = lines
    .slice(0, rule ? above : head)
    .join('\n')
    .trimEnd();
  return rest === '' ? text : rest;
}
