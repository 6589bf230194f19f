/**
 * Thoughts, tags of the thought and control tokens that slipped into an answer. What the selection itself contains is its
 * subject and stays; nothing else of the kind comes into a file.
 */
import { fencedBlocks } from './fences.ts';

/** The control tokens of the GLM-4-0414 vocabulary (ids 151329 to 151342) and the tags of the thought. */
const tag =
  /<\/?think>|<\|(?:endoftext|system|user|assistant|observation|begin_of_image|end_of_image|begin_of_video|end_of_video)\|>|\[[gs]?MASK\]|<[se]op>/;
const everyTag = new RegExp(tag.source, 'g');
const edgeTag = new RegExp(`^(?:${tag.source})`);
const endTag = new RegExp(`(?:${tag.source})$`);

/** A tag or control token of the text that the subject does not contain. */
export function foreignTag(text: string, subject: string): string | undefined {
  return text.match(everyTag)?.find((each) => !subject.includes(each));
}

/**
 * Takes away a thought before or around a tag on its own line, and tags at either end of the answer.
 * @param answer with any line ends @returns with `\n`
 */
export function stripTags(answer: string, subject: string): string {
  let text = withoutThoughts(answer.replace(/\r\n?/g, '\n'), subject);
  for (;;) {
    const start = text.replace(/^\s*\n/, '');
    const found = edgeTag.exec(start.trimStart())?.[0];
    if (found === undefined || subject.includes(found)) break;
    text = start.trimStart().slice(found.length);
  }
  for (;;) {
    const end = text.trimEnd();
    const found = endTag.exec(end)?.[0];
    if (found === undefined || subject.includes(found)) break;
    const rest = end.slice(0, -found.length);
    // The token that ended the reply may stand right behind the closing fence.
    if (inBlock(text, end.length - 1) && !/\n[ \t>]*(?:`{3,}|~{3,})[ \t]*$/.test(rest)) break;
    text = rest;
  }
  return text;
}

/** Code ends with the token that ended the reply, or with a tag on a line of its own. A tag behind other text may be its subject. */
export function stripEnd(code: string, subject: string): string {
  let text = code;
  for (;;) {
    const end = text.trimEnd();
    const found = endTag.exec(end)?.[0];
    if (found === undefined || subject.includes(found)) return text;
    const rest = end.slice(0, -found.length);
    if (found.endsWith('think>') && !/(?:^|\n)[ \t]*$/.test(rest)) return text;
    text = rest;
  }
}

function withoutThoughts(answer: string, subject: string): string {
  if (subject.includes('think>') || !answer.includes('think>')) return answer;
  const blocks = fencedBlocks(answer);
  const free = (offset: number): boolean => !blocks.some((each) => offset > each.offset && offset < each.end);
  const tags = [...answer.matchAll(/^[ \t]*<\/think>[ \t]*$/gm)].filter((match) => free(match.index));
  const last = tags.at(-1);
  const text = last ? answer.slice(last.index + last[0].length) : answer;
  const opened = /^\s*<think>/.exec(text);
  if (!opened) return text;
  const closing = text.indexOf('</think>');
  return closing < 0 ? '' : text.slice(closing + '</think>'.length);
}

function inBlock(text: string, offset: number): boolean {
  return fencedBlocks(text).some((each) => offset >= each.offset && offset < each.end);
}
