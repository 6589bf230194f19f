/** Which files an answer changes, where it holds blocks for several: each block says its file, as models write it. */
import { fencedBlocks } from './fences.ts';
import type { FencedBlock } from './fences.ts';

/** The new content of a file, or a part of it. */
export interface FileBlock {
  /** As the answer names it, with `/`; relative, without `.` and `..`. */
  readonly path: string;
  readonly language: string;
  /** The block as a fence, so that it can be trimmed as an answer of its own. */
  readonly answer: string;
  readonly closed: boolean;
}

/**
 * The blocks that name a file, in order; of several for one file the last. A name stands in the info string
 * (`ts title="src/a.ts"`, `ts:src/a.ts`, `src/a.ts`), in a comment on the block's first line, or alone in the line above
 * (a heading, bold, code, with or without «File:»).
 */
export function fileBlocks(answer: string): FileBlock[] {
  const found = new Map<string, FileBlock>();
  for (const block of fencedBlocks(answer)) {
    const info = infoOf(answer, block);
    const named = pathInInfo(info) ?? pathInComment(block.code);
    const path = named ?? pathAbove(answer.slice(0, block.offset));
    if (path === undefined) continue;
    const code = named !== undefined && pathInInfo(info) === undefined ? withoutFirstLine(block.code) : block.code;
    const language = /[./:\\]/.test(block.language) ? '' : block.language;
    const mark = longestRun(code);
    found.delete(path);
    found.set(path, { path, language, answer: `${mark}${language}\n${code}\n${mark}`, closed: block.closed });
  }
  return [...found.values()];
}

function infoOf(answer: string, { offset }: FencedBlock): string {
  const end = answer.indexOf('\n', offset);
  return answer
    .slice(offset, end < 0 ? undefined : end)
    .replace(/^[`~]+/, '')
    .trim();
}

function pathInInfo(info: string): string | undefined {
  const attribute = /(?:title|path|file|filename|filepath)\s*=\s*(?:"([^"]+)"|'([^']+)'|(\S+))/i.exec(info);
  const words = info.split(/\s+/);
  const last = words.at(-1) ?? '';
  const candidate = attribute?.[1] ?? attribute?.[2] ?? attribute?.[3] ?? last.replace(/^[\w+#-]+:(?=.)/, '');
  return attribute || words.length > 1 || candidate !== last || last.includes('.') || last.includes('/') ? asPath(candidate) : undefined;
}

const commentLine = /^\s*(?:\/\/|#|--|%|;|<!--|\/\*)\s*(?:file(?:name)?:\s*)?(\S+?)\s*(?:-->|\*\/)?\s*$/i;

function pathInComment(code: string): string | undefined {
  const path = commentLine.exec(code.split('\n')[0] ?? '')?.[1];
  return path === undefined ? undefined : asPath(path);
}

/** The line that is directly above the block, or above the empty lines before it. */
function pathAbove(before: string): string | undefined {
  const line = before.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const marked = /^(?:#{1,6}\s+|\*\*|[-*]\s+|\d+[.)]\s+|`)/.test(line) || /^file(?:name)?:/i.test(line);
  if (!marked && !/^\S+$/.test(line)) return undefined;
  const bare = line
    .replace(/^#{1,6}\s+|^[-*]\s+/, '')
    .replace(/^\d+[.)]\s+/, '')
    .replace(/[*`]/g, '')
    .replace(/^file(?:name)?:\s*/i, '')
    .replace(/\s*\((?:new|new file|updated|modified)\)\s*$/i, '')
    .replace(/:$/, '')
    .trim();
  return asPath(bare);
}

/** A relative path of a file with an ending (or a name such as `Makefile`), or undefined for anything else. */
function asPath(text: string): string | undefined {
  const path = text.replaceAll('\\', '/').replace(/^\.\//, '');
  if (path.length > 260 || /^(?:\/|~|[a-z]:|[a-z][\w+.-]*:\/\/)/i.test(path)) return undefined;
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\s<>:"|?*(){}=;,\u0000-\u001f]/.test(part))) return undefined;
  const name = parts.at(-1) ?? '';
  return /^[\w@.-]*[\w@-]\.[A-Za-z][\w-]{0,9}$/.test(name) || /^(?:Makefile|Dockerfile|Justfile|Rakefile|Gemfile)$/.test(name)
    ? path
    : undefined;
}

function withoutFirstLine(code: string): string {
  const end = code.indexOf('\n');
  return end < 0 ? '' : code.slice(end + 1);
}

/** A fence that the code does not end. */
function longestRun(code: string): string {
  const runs = Array.from(code.matchAll(/`{3,}/g), ([run]) => run.length);
  return '`'.repeat(Math.max(2, ...runs) + 1);
}
