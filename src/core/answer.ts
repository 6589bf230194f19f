/**
 * From the model's answer to what goes into the editor: never a thought, never a tag, and for code the code alone. An
 * answer that gives parts of the code, or a diff, is put together with the selection; where that is not certain it is
 * refused, so that no file ever holds «existing code».
 *
 * Prose keeps its Markdown as it is, in LaTeX documents too: turning headings or bold text into commands would need
 * to know which packages are loaded. A LaTeX document takes a LaTeX block out of its fence like code.
 */
import { chooseBlocks, isDiffFence } from './answerBlock.ts';
import { foreignTag, stripTags } from './answerTags.ts';
import { bareCode, isWords, soleInlineCode } from './bareCode.ts';
import { languageName, matchLanguage } from './codeLanguages.ts';
import type { LanguageMatch } from './codeLanguages.ts';
import { normalizeEol } from './documentText.ts';
import type { AnswerRefusal } from './errors.ts';
import { fencedBlocks } from './fences.ts';
import type { FencedBlock } from './fences.ts';
import { inNotation } from './mathNotation.ts';
import { looksLikeDiff, replacing, searchReplacePatches } from './patches.ts';
import { besideSelection, inPlace } from './placement.ts';
import type { AnswerPart } from './placement.ts';
import { isProse } from './prompt.ts';
import { proseAnswer } from './proseAnswer.ts';
import { quotedChange } from './snippet.ts';
import type { Snapshot } from './snapshot.ts';
import type { Task } from './task.ts';

export type EditKind = 'insert' | 'replace';

export interface TrimOptions {
  /** 0-based index into `answerBlocks(answer)`: only this block. */
  readonly block?: number;
  /** `replace` keeps the selection's empty lines around and its place within the first line. Default `insert`. */
  readonly kind?: EditKind;
}

/** What can go into the document. */
export interface AnswerText {
  /** Line ends are the snapshot's. */
  readonly text: string;
  /** `prose` for a code document means that the answer had no code: it fits beside the selection, not in its place. */
  readonly kind: 'code' | 'prose';
  /** Parts of the answer were put together with the selection. */
  readonly merged?: true;
}

/** What cannot go into the document. */
export interface RefusedAnswer {
  readonly kind: 'refused';
  readonly because: AnswerRefusal;
  /** What was refused, for the clipboard. */
  readonly raw: string;
}

export type TrimmedAnswer = AnswerText | RefusedAnswer;

/** The fenced blocks of an answer; the index is `block` of the panel's messages. */
export function answerBlocks(answer: string): FencedBlock[] {
  return fencedBlocks(answer);
}

/**
 * @param answer as it stands in the conversation, also when it was stopped in the middle of a block
 * @param snapshot what was asked about; absent for a typed question
 * @returns undefined when nothing is left to insert
 */
export function trimAnswer(answer: string, snapshot: Snapshot | undefined, options: TrimOptions = {}): TrimmedAnswer | undefined {
  const { block, kind = 'insert' } = options;
  const about = snapshot && inItsFence(snapshot);
  const part =
    block === undefined
      ? partOf(stripTags(answer, about?.text ?? ''), about, kind)
      : explicitPart(answerBlocks(answer)[block], about, kind);
  if (!part) return undefined;
  const placed = kind === 'replace' && about ? inPlace(part, about) : besideSelection(part, about);
  if (placed === undefined) return undefined;
  const raw = part.code.trim();
  if (typeof placed === 'string') return { kind: 'refused', because: placed, raw };
  const notation = part.form === 'prose' || part.own ? about?.notation : undefined;
  const text = inNotation(placed.lines.join(about?.eol ?? '\n'), notation);
  // By construction there is none any more; this is what keeps it true.
  if (foreignTag(text, about?.text ?? '') !== undefined) return { kind: 'refused', because: 'controlToken', raw };
  return { text, kind: part.form, ...(placed.merged ? { merged: true } : {}) };
}

/** Which of Replace and Insert comes first: Replace where the answer holds code for the selected code. */
export function suggestedEdit(answer: string, snapshot: Snapshot | undefined, task?: Task): EditKind {
  if (!snapshot || task === 'explain') return 'insert';
  const about = inItsFence(snapshot);
  return partOf(stripTags(answer, about.text), about, 'replace')?.form === 'code' ? 'replace' : 'insert';
}

/** Code that is selected inside a fence of a Markdown document is code of the fence's language. */
function inItsFence(snapshot: Snapshot): Snapshot {
  if (languageName(snapshot.languageId) !== 'markdown' || /^[ \t]*(?:```|~~~)/m.test(snapshot.text)) return snapshot;
  const open = fencedBlocks(snapshot.before).at(-1);
  if (!open || open.closed || open.language === '' || !/^[ \t]*(?:`{3,}|~{3,})[ \t]*$/m.test(snapshot.after)) return snapshot;
  return { ...snapshot, languageId: languageName(open.language) };
}

/** @param answer without tags, with `\n` */
function partOf(answer: string, snapshot: Snapshot | undefined, kind: EditKind): AnswerPart | undefined {
  if (answer.trim() === '') return undefined;
  const prose: AnswerPart = { form: 'prose', code: answer, own: false, closed: true };
  if (!snapshot) return prose;
  if (kind === 'replace') {
    const patches = searchReplacePatches(answer);
    if (patches) return { form: 'code', code: answer, own: false, closed: true, patches: { kind: 'searchReplace', patches } };
  }
  const { languageId } = snapshot;
  const inProse = isProse(snapshot);
  const wholeProse = inProse && ['markdown', 'mdx', 'quarto', 'rmd'].includes(languageId);
  if (!wholeProse) {
    const accepted: readonly LanguageMatch[] = inProse ? ['same'] : ['same', 'kin', 'unnamed', 'other'];
    const change = kind === 'replace' ? quotedChange(fencedBlocks(answer), normalizeEol(snapshot.text).split('\n')) : undefined;
    if (change) {
      const patches = [replacing(change.old, change.added)];
      return { form: 'code', code: change.added.join('\n'), own: false, closed: true, patches: { kind: 'searchReplace', patches } };
    }
    const chosen = chooseBlocks(answer, snapshot, accepted);
    if (chosen?.diff) return kind === 'replace' ? diffPart(chosen.blocks) : prose;
    const [first, ...more] = chosen?.blocks ?? [];
    const part = blockPart(first, snapshot);
    if (part) return { ...part, ...(chosen?.partial ? { parts: [first, ...more].map((each) => each?.code ?? '') } : {}) };
  }
  if (inProse) return textPart(answer, snapshot, kind);
  if (fencedBlocks(answer).length > 0) return prose;
  if (kind === 'replace' && looksLikeDiff(answer, [])) return diffPart([{ code: answer, closed: true }]);
  const inline = soleInlineCode(answer);
  const bare = inline === undefined ? bareCode(answer, snapshot.text, languageId) : [inline];
  if (bare) return { form: 'code', code: bare.join('\n'), own: true, closed: true };
  if (kind === 'insert' || !isWords(snapshot.text)) return prose;
  return { form: 'code', code: proseAnswer(answer, snapshot, true).text, own: true, closed: true };
}

/** A block that the user chose. In place of the selection a diff is what it says, not text. */
function explicitPart(block: FencedBlock | undefined, snapshot: Snapshot | undefined, kind: EditKind): AnswerPart | undefined {
  if (kind !== 'replace' || !block || !snapshot || snapshot.languageId === 'diff') return blockPart(block, snapshot);
  const patches = searchReplacePatches(block.code);
  if (patches) return { form: 'code', code: block.code, own: false, closed: block.closed, patches: { kind: 'searchReplace', patches } };
  const diff = isDiffFence(block.language) || looksLikeDiff(block.code, normalizeEol(snapshot.text).split('\n'));
  return diff ? diffPart([block]) : blockPart(block, snapshot);
}

function textPart(answer: string, snapshot: Snapshot, kind: EditKind): AnswerPart {
  const blocks = fencedBlocks(answer);
  const [only] = blocks;
  if (kind === 'replace' && only && blocks.length === 1 && isDiffFence(only.language) && !snapshot.text.includes('```')) {
    const part = diffPart(blocks);
    if (typeof inPlace(part, snapshot) === 'object') return part;
  }
  const { text, fenced, closed } = proseAnswer(answer, snapshot, kind === 'replace');
  return { form: 'prose', code: text, own: fenced, closed };
}

function blockPart(block: FencedBlock | undefined, snapshot: Snapshot | undefined): AnswerPart | undefined {
  if (!block || block.code.trim() === '') return undefined;
  // A fence of the document's own language holds what it is written in; any other holds code that is shown in it.
  const own = snapshot !== undefined && matchLanguage(block.language, snapshot.languageId) === 'same';
  return { form: 'code', code: block.code, own, closed: block.closed };
}

function diffPart(blocks: readonly Pick<FencedBlock, 'code' | 'closed'>[]): AnswerPart {
  const code = blocks.map((block) => block.code).join('\n@@ @@\n');
  return { form: 'code', code, own: false, closed: blocks.every(({ closed }) => closed), patches: { kind: 'diff' } };
}
