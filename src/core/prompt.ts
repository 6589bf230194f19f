/**
 * From question and conversation to messages. One user message a turn; the wording is in `prompts/`.
 *
 * Attachments come first, each under its own header, since they are read but not worked on.
 * Code is sent as surroundings, problems, header, fenced selection, instruction, so that the selection is the last
 * code block and the instruction the last sentence. Surroundings in two blocks behind the header misled the test
 * model (8 of 12 repairs right); in one block before it, 12 of 12. Mathematics and prose are sent as they are, without
 * fence and surroundings, as in the model card's own example.
 */
import type { Attachment } from './attachment.ts';
import type { ChatMessage } from './chatMessage.ts';
import type { TurnQuestion } from './conversation.ts';
import * as template from './prompts/index.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * @param history earlier questions and answers without thoughts, as `historyMessages` gives them
 * @returns the conversation as the model is to see it, the new question last
 */
export function buildMessages(question: TurnQuestion, history: readonly ChatMessage[]): ChatMessage[] {
  return [...history, { role: 'user', content: questionText(question) }];
}

/** The user's words, asking for a text that leaves nothing out. */
export function askingForAll(text: string): string {
  if (text.endsWith(template.allOfIt)) return text;
  return text.trim() === '' ? template.allOfIt : `${text.trimEnd()}\n\n${template.allOfIt}`;
}

/** The user message of one turn. The same question always gives the same text, so that it is found again in the KV cache. */
export function questionText(question: TurnQuestion): string {
  const { context = [], attachments = [] } = question;
  const parts = [...contextTexts(context), ...attachments.map(attachmentText)];
  return parts.length === 0 ? ownText(question) : paragraphs(...parts, ownText(question));
}

/** The parts of the user message that Lemma's own choice makes: one for each file, its pieces together in one fence. */
export function contextTexts(context: readonly Attachment[]): string[] {
  const groups: Attachment[][] = [];
  for (const piece of context) {
    const group = groups.at(-1);
    const [first] = group ?? [];
    const together = first && first.kind === 'symbol' && piece.kind === 'symbol' && first.uri === piece.uri;
    if (group && together) group.push(piece);
    else groups.push([piece]);
  }
  return groups.map((group) => {
    const [first] = group;
    if (!first) return '';
    if (first.kind !== 'symbol') return attachmentText(first);
    const text = group.map(({ text: piece }) => plain(piece)).join('\n\n');
    return `${template.contextHeader(first.fileName)}\n\n${fenced(text, fenceName(first.languageId))}`;
  });
}

/** The lines around the selection are part of the prompt. */
export function showsSurroundings({ snapshot, task }: Pick<TurnQuestion, 'snapshot' | 'task'>): boolean {
  return snapshot !== undefined && task !== 'ask' && (task === 'fix' || !isProse(snapshot));
}

/** The part of the user message that one attachment makes: what it is, and its text in a fence of its own. */
export function attachmentText({ kind, fileName, languageId, text, range }: Attachment): string {
  if (kind === 'problems') return `${template.attachedProblems(fileName)}\n\n${fenced(plain(text), 'text')}`;
  const lines = range && lineNumbers({ range });
  return `${template.attachmentHeader(fileName, languageId, lines?.first, lines?.last)}\n\n${fenced(plain(text), fenceName(languageId))}`;
}

/** The user message without the attachments. */
function ownText(question: TurnQuestion): string {
  const { snapshot, text } = question;
  if (!snapshot) return text;
  switch (question.task) {
    case 'explain':
      if (snapshot.scope === 'diagnostic') return change(snapshot, problems(snapshot), template.explainProblem, text);
      return isProse(snapshot)
        ? paragraphs(template.explainText, plain(snapshot.text), text)
        : paragraphs(surroundings(snapshot), place(snapshot), selection(snapshot), template.explainCode, text);
    case 'solve':
      return isProse(snapshot)
        ? paragraphs(plain(snapshot.text), text, template.solveText)
        : paragraphs(surroundings(snapshot), place(snapshot), selection(snapshot), template.solveCode, text);
    case 'fix':
      if (isProse(snapshot)) return change(snapshot, problems(snapshot), template.fixText, text);
      return paragraphs(surroundings(snapshot), problems(snapshot), place(snapshot), selection(snapshot), template.fixCode, text);
    case 'ask':
      return paragraphs(place(snapshot), selection(snapshot), text);
    case 'edit':
    case 'prompt': {
      const replaces = question.answerUse === 'replace' || question.task === 'edit';
      const how = replaces ? (isProse(snapshot) ? template.wholeText : template.wholeReplacement) : '';
      return question.selectionInText ? paragraphs(text, how) : change(snapshot, text, how);
    }
    default:
      return change(snapshot, template.instruction(question.task, isProse(snapshot), question.into ?? ''), text);
  }
}

/** Text is sent as it is, code with its place and surroundings; what is wanted comes last. */
function change(snapshot: Snapshot, ...instructions: readonly string[]): string {
  return isProse(snapshot)
    ? paragraphs(selection(snapshot), ...instructions)
    : paragraphs(surroundings(snapshot), place(snapshot), selection(snapshot), ...instructions);
}

/** The text is mathematics or prose: by the document's language, or by TeX in it with no line of code around (a comment). */
export function isProse(snapshot: Pick<Snapshot, 'languageId' | 'text'>): boolean {
  return proseLanguages.has(snapshot.languageId) || (texCommand.test(snapshot.text) && !codeLine.test(snapshot.text));
}

const proseLanguages: ReadonlySet<string> = new Set([
  'latex',
  'tex',
  'markdown',
  'plaintext',
  'typst',
  'restructuredtext',
  'asciidoc',
  'quarto',
  'rmd',
  'mdx',
  'org',
  'git-commit',
]);

/** Commands that are common in formulas and mean nothing in programming languages. */
const texCommand =
  /\\(?:d?frac|sqrt|sum|prod|int|lim|times|cdot|leq?|geq?|neq|infty|in|alpha|beta|gamma|theta|lambda|pi|mathbb|mathrm|left|boxed)(?![A-Za-z])|\\begin\{[a-z]+\*?\}/;

/** A line that ends or begins as only code does. */
const codeLine =
  /[;{]\s*$|^\s*(?:def|class|function|fn|func|return|import|from|const|let|var|if|else|for|while|public|private|static|export|use|print\w*)\b|^\s*[\w.[\]]+\s*=(?!=)|\w\([^)]*\)\s*$/m;

/** A code fence longer than every run of backticks in the text, so that the text cannot close it. */
export function fenced(text: string, info: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), (run) => run[0].length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${info}\n${text}${text === '' ? '' : '\n'}${fence}`;
}

/** The usual name of a language behind a code fence, from VS Code's language id. */
export function fenceName(languageId: string): string {
  return fenceNames.get(languageId) ?? (/^[\w.+#-]+$/.test(languageId) ? languageId : '');
}

const fenceNames: ReadonlyMap<string, string> = new Map([
  ['plaintext', 'text'],
  ['tex', 'latex'],
  ['typescriptreact', 'tsx'],
  ['javascriptreact', 'jsx'],
  ['shellscript', 'bash'],
  ['objective-c', 'objectivec'],
  ['objective-cpp', 'objectivec'],
  ['cuda-cpp', 'cpp'],
  ['bat', 'batch'],
  ['vb', 'vbnet'],
  ['jsonc', 'json'],
  ['jsonl', 'json'],
  ['git-commit', 'text'],
  ['lean4', 'lean'],
]);

/** One-based numbers of the first and last line with a selected character. */
export function lineNumbers(snapshot: Pick<Snapshot, 'range'>): { readonly first: number; readonly last: number } {
  const { start, end } = snapshot.range;
  const last = end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  return { first: start.line + 1, last };
}

function place(snapshot: Snapshot): string {
  const { first, last } = lineNumbers(snapshot);
  return template.placeHeader(snapshot.fileName, snapshot.languageId, first, last);
}

function selection(snapshot: Snapshot): string {
  return fenced(plain(snapshot.text), fenceName(snapshot.languageId));
}

function surroundings(snapshot: Snapshot): string {
  if (snapshot.before.trim() === '' && snapshot.after.trim() === '') return '';
  const lines = [plain(snapshot.before), template.selectionMark, plain(snapshot.after)].filter((part) => part !== '');
  return `${template.surroundingCode}\n\n${fenced(lines.join('\n'), fenceName(snapshot.languageId))}`;
}

function problems(snapshot: Snapshot): string {
  if (snapshot.diagnostics.length === 0) return '';
  return [template.problemsFound, ...snapshot.diagnostics.map(template.problemLine)].join('\n');
}

/** Line ends as `\n`, and no empty lines around; indentation stays. */
function plain(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/^(?:[^\S\n]*\n)+/, '')
    .trimEnd();
}

function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part.trim() !== '').join('\n\n');
}
