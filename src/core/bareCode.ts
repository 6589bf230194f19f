/** Code that an answer gives without a fence, and the numbers that a model writes in front of lines. */
import { indentColumns, likeness, lineKey, declaredName, isTrivial } from './lineLikeness.ts';

/** A line that announces what follows: «Here is the corrected version:». */
export function isLead(line: string): boolean {
  const text = line.trim().replace(/\*\*/g, '');
  if (text.length > 160 || !/[:：]$/.test(text)) return false;
  return (
    /^(?:(?:sure|certainly|of course|absolutely|great|okay|ok|yes)\b[,!. ]*)?(?:here(?:'s|’s| is| are)\b|below (?:is|are)\b|this is\b|the following\b|(?:the |a |an )?(?:corrected|fixed|revised|improved|translated|converted|simplified|rewritten|updated|polished|refactored|documented|final|complete|modified|result(?:ing)?)\b)/i.test(
      text,
    ) || /^(?:以下|这是|下面|修改后|修正后|翻译|改进后|优化后)/.test(text)
  );
}

/** Words with which lines of code begin. */
const codeWord =
  /^(?:import|from|package|using|use|include|require|def|class|function|fn|func|fun|struct|enum|interface|trait|type|impl|module|namespace|const|let|var|val|static|public|private|protected|return|if|elif|else|for|while|do|end|try|except|catch|finally|switch|case|match|with|async|await|export|select|insert|update|delete|create|alter|where|group|order|join|left|inner|having|limit|set|values|theorem|lemma|example|instance|proof|qed|intros?|exact|apply|rw|simp|have|show|calc|data|deriving|begin|echo|run|copy|cmd)\b/i;

const coqCommand =
  /^\s*(?:Proof|Qed|Defined|Admitted|Lemma|Theorem|Corollary|Definition|Fixpoint|Inductive|Require|From|Import|Section|End|Module|Record|Notation)\b(?!\.\s+\p{Lu}\p{Ll}+ \p{Ll})/u;

/** Whether a line is a sentence or a heading rather than code. */
function isSentence(line: string): boolean {
  // A point of a list about the code.
  if (/^\s*(?:[-*+]|\d+[.)])\s+\S.*[.。]$/.test(line) && (line.match(/\p{L}+/gu) ?? []).length >= 3) return true;
  const text = line
    .trim()
    .replace(/^(?:[-*+]|\d+[.)]|#{1,6}|>)\s+/, '')
    .replace(/\*\*|`/g, '');
  if (isLead(line) || /^\\[[(]|^\\\]|\\boxed|^\$\$/.test(line.trim())) return true;
  if (/[。！？]$/.test(text) || /[\p{Script=Han}]{8}/u.test(text)) return true;
  const words = text.match(/[\p{L}'’-]+/gu) ?? [];
  if (/\p{L}\p{Ll}+[.!?] \p{Lu}/u.test(text) || (/^\p{Lu}/u.test(text) && /[.!?:]$/.test(text) && words.length >= 5)) return true;
  if (codeWord.test(text) && !/^\p{Lu}\p{Ll}/u.test(text)) return false;
  const plain = !/[;{}=<>()[\]\\_@$&|]|::|->/.test(text);
  if (!plain) return false;
  return (
    (/^\p{Lu}\p{Ll}*/u.test(text) && (words.length >= 3 || /^\p{Lu}\p{Ll}+[.!]$/u.test(text))) ||
    words.length >= 6 ||
    /^\*\*/.test(line.trim())
  );
}

/** Marks of code that no sentence has. */
function showsCode(line: string): boolean {
  return indentColumns(line) >= 2 || codeWord.test(line.trim()) || /[;{}=<>[\]]|\w\(|::|->|^\s*[.#]\w/.test(line);
}

/**
 * @param text of an answer without any fence
 * @param selected text of the selection, of a document in this language
 * @returns its lines without the sentences above and below, or undefined when it is no code
 */
export function bareCode(text: string, selected: string, languageId: string): string[] | undefined {
  const paragraphs = text
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.split('\n'));
  const own = new Set(selected.split(/\r?\n/).map(lineKey));
  // Sentences of Coq begin with a capital and end with a full stop.
  const command = languageId === 'coq' ? coqCommand : undefined;
  const sentence = (line: string): boolean =>
    !command?.test(line) && !own.has(lineKey(line)) && !/^\s*(?:\/\/|#(?![#\s]*\*\*)|--|%|;|\(\*|\/?\*)/.test(line) && isSentence(line);
  const isProse = (lines: readonly string[]): boolean =>
    lines.some(sentence) && !lines.some((line) => own.has(lineKey(line)) && !isTrivial(line));
  const [opening = []] = paragraphs;
  if (opening.length > 1 && isLead(opening[0] ?? '')) paragraphs[0] = opening.slice(1);
  else if (opening.length === 1 && isLead(opening[0] ?? '')) paragraphs.shift();
  const last = paragraphs.findLastIndex((lines) => !isProse(lines));
  const code = paragraphs.slice(0, last + 1);
  if (code.length === 0 || code.some(isProse)) return undefined;
  const lines = code.flatMap((paragraph, index) => (index === 0 ? paragraph : ['', ...paragraph]));
  if (lines.some(sentence)) return undefined;
  const names = new Set(selected.split(/\r?\n/).map(declaredName));
  const shared = lines.some(
    (line) => (own.has(lineKey(line)) && !isTrivial(line)) || (declaredName(line) !== undefined && names.has(declaredName(line))),
  );
  return shared || lines.some(showsCode) || likeness(lines.join('\n'), selected) >= 0.3 ? lines : undefined;
}

/** The selection is words, of a comment or a string: what takes its place is words too. */
export function isWords(text: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const words = text.match(/\p{L}{2,}/gu) ?? [];
  return words.length >= 3 && lines.every((line) => /^[\p{L}\p{N}\s.,;:'"’!?()*/#%-]+$/u.test(line) && !codeWord.test(line.trim()));
}

/** The code within the one pair of backticks that an answer is. */
export function soleInlineCode(text: string): string | undefined {
  return /^(`+)([^`\n]+)\1\.?$/.exec(text.trim())?.[2]?.trim();
}

/** What stands behind the number of a line: `12: x`, `12 | x`, `12│x`, `12  x`. */
const numbered = /^[ \t]*(\d{1,6})(?:[ \t]*[|│][ ]?|:[ ]?|[ ]{1,2}|\t)(.*)$/;

/**
 * Takes off line numbers: every line with text has one, each one more than the last.
 * @param firstLine of the selection, from 1
 * @param selected whose own lines may begin with numbers
 * @param keys the language has lines that begin with a number and a colon
 */
export function withoutLineNumbers(
  lines: readonly string[],
  firstLine: number,
  selected: readonly string[],
  keys: boolean,
): readonly string[] {
  const found = lines.map((line) => (line.trim() === '' ? undefined : (numbered.exec(line) ?? bareNumber(line))));
  const filled = lines.filter((line) => line.trim() !== '').length;
  const numbers = found.flatMap((match) => (match ? [Number(match[1])] : []));
  const [first] = numbers;
  if (first === undefined || numbers.length !== filled) return lines;
  const bars = lines.every((line) => line.trim() === '' || /^[ \t]*\d+[ \t]*[|│]/.test(line));
  const placed = first === firstLine || first === 1 || (!keys && lines.every((line) => line.trim() === '' || /^[ \t]*\d+:/.test(line)));
  if (numbers.some((value, index) => value < first + index || (index > 0 && value <= (numbers[index - 1] ?? 0)))) return lines;
  if (numbers.length === 1 ? first !== firstLine || !bars : !placed && !bars) return lines;
  const consecutive = numbers.at(-1) === first + numbers.length - 1 || numbers.at(-1) === first + lines.length - 1;
  if (!consecutive || selected.some((line) => numbered.test(line))) return lines;
  if (keys && !bars) return lines;
  return found.map((match) => match?.[2] ?? '');
}

function bareNumber(line: string): RegExpExecArray | undefined {
  const match = /^[ \t]*(\d{1,6})[:|│]?[ \t]*()$/.exec(line);
  return match ?? undefined;
}
