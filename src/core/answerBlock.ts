/** Which of an answer's fenced blocks is meant for the selection's place. */
import { isTranscript, matchLanguage } from './codeLanguages.ts';
import type { LanguageMatch } from './codeLanguages.ts';
import { leavesOut } from './elisions.ts';
import { fencedBlocks } from './fences.ts';
import type { FencedBlock } from './fences.ts';
import { commonIndent, indentOf } from './indentation.ts';
import { declaredName, definitions, likeness, lineKey } from './lineLikeness.ts';
import { looksLikeDiff } from './patches.ts';
import type { Snapshot } from './snapshot.ts';

export interface ChosenBlocks {
  /** One, or several that each hold a part of the selection, in the answer's order. */
  readonly blocks: readonly FencedBlock[];
  readonly diff: boolean;
  /** The rest of the selection stays: the words around say so, or the blocks are parts. */
  readonly partial: boolean;
}

interface Ranked {
  readonly block: FencedBlock;
  readonly match: LanguageMatch;
  readonly names: readonly string[];
  readonly demoted: boolean;
  readonly whole: boolean;
  readonly rank: readonly number[];
}

/** The line above says that the block shows something else than what was asked for. */
const aside =
  /\b(?:usages?|examples?|tests?|tested|testing|check|output|outputs|prints|run|before|original|originally|old|current|sketch|comparison|compare|attempt|draft|wrong|incorrect|install|forget|important (?:change|part)|key (?:change|part))\b|示例|用法|输出|原始|原来|测试|安装|之前/i;
const result = /\b(?:final|complete|full|whole|entire|corrected|fixed|better|improved|revised|updated|simplified)\b|最终|完整|修正|改进/i;
const restStays =
  /\b(?:rest|remainder|remaining|everything else|other (?:\w+ )?(?:functions?|methods?|parts?|lines?|code))\b[^.\n]{0,60}\b(?:unchanged|same|stays?|as (?:is|before|they are)|untouched)\b|(?:其余|其他|其它)[^。\n]{0,12}(?:不变|相同|一样)/i;

/** @param accepted how a block's language may relate to the document's, the best first */
export function chooseBlocks(answer: string, snapshot: Snapshot, accepted: readonly LanguageMatch[]): ChosenBlocks | undefined {
  const blocks = fencedBlocks(answer).filter(({ code }) => code.trim() !== '');
  const selected = snapshot.text.split(/\r?\n/);
  const diffs = blocks.filter(({ language, code }) => isDiffFence(language) || looksLikeDiff(code, selected));
  const ranked = rank(
    blocks.filter((block) => !diffs.includes(block)),
    answer,
    snapshot,
    accepted,
  );
  const [best] = ranked;
  if (diffs.length > 0 && snapshot.languageId !== 'diff' && (!best || best.demoted || !best.whole || !/same|kin/.test(best.match))) {
    return { blocks: diffs, diff: true, partial: false };
  }
  if (!best) return undefined;
  const parts = complementing(best, ranked, snapshot);
  const outside = blocks.reduceRight((text, { offset, end }) => text.slice(0, offset) + text.slice(end), answer);
  const fewer = best.names.length > 0 && best.names.length < outerNames(snapshot.text).length;
  return { blocks: parts, diff: false, partial: parts.length > 1 || (fewer && restStays.test(outside)) };
}

/** @param language of a fence */
export function isDiffFence(language: string): boolean {
  return /^(?:diff|patch|udiff)$/i.test(language);
}

/** The best first. */
function rank(blocks: readonly FencedBlock[], answer: string, snapshot: Snapshot, accepted: readonly LanguageMatch[]): Ranked[] {
  const names = definitions(snapshot.text);
  const outer = outerNames(snapshot.text);
  const selected = snapshot.text.split(/\r?\n/);
  const wanted = keys(snapshot.text);
  const ranked = blocks.flatMap((block, index): Ranked[] => {
    const match = accepted.indexOf(matchOf(block, snapshot, blocks.length));
    if (match < 0) return [];
    const own = definitions(block.code);
    const shared = [...names].filter((name) => own.has(name)).length;
    const above = lineAbove(answer, block.offset);
    const demoted = aside.test(above) && !result.test(above);
    const whole = !leavesOut(block.code.split('\n'), selected, snapshot.languageId);
    const quoted = keys(block.code) === wanted;
    const alike = Math.round(likeness(block.code, snapshot.text) * 5);
    const rank = [
      -match,
      quoted ? 0 : 1,
      (shared > 0 ? 2 : 0) - (demoted ? 1 : 0),
      shared,
      whole ? 1 : 0,
      block.closed ? 1 : 0,
      ...(shared > 0 ? [index, 0, 0] : [result.test(above) ? 1 : 0, alike, block.code.trim().length]),
    ];
    const holds = outerNames(block.code).filter((name) => outer.includes(name));
    return [{ block, match: accepted[match] ?? 'other', names: holds, demoted, whole, rank }];
  });
  return ranked.toReversed().sort((one, other) => compareRanks(other.rank, one.rank));
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What a fence says, corrected by what it holds. A block alone that is much like the selection is no transcript of it. */
function matchOf(block: FencedBlock, snapshot: Snapshot, count: number): LanguageMatch {
  const match = matchLanguage(block.language, snapshot.languageId);
  if (match !== 'same' && isTranscript(block.code)) return 'transcript';
  return match === 'transcript' && count === 1 && likeness(block.code, snapshot.text) >= 0.5 ? 'other' : match;
}

/** Other blocks of the same language that hold what the best one lacks of the selection's own definitions. */
function complementing(best: Ranked, ranked: readonly Ranked[], snapshot: Snapshot): FencedBlock[] {
  const names = outerNames(snapshot.text);
  if (names.length < 2 || best.names.length === 0 || best.names.length === names.length) return [best.block];
  const parts = [best];
  const held = new Set(best.names);
  for (const each of ranked) {
    if (each.match !== best.match || each.demoted || each.names.length === 0 || each.names.some((name) => held.has(name))) continue;
    parts.push(each);
    for (const name of each.names) held.add(name);
  }
  return parts.map(({ block }) => block).sort((one, other) => one.offset - other.offset);
}

/** Names declared at the outermost indentation. */
function outerNames(code: string): string[] {
  const lines = code.split(/\r?\n/);
  const outer = commonIndent(lines);
  const names = lines.filter((line) => indentOf(line) === outer).map(declaredName);
  return [...new Set(names.filter((name) => name !== undefined))];
}

function lineAbove(answer: string, offset: number): string {
  return (
    answer
      .slice(0, offset)
      .replace(/[>\s]+$/, '')
      .split('\n')
      .at(-1) ?? ''
  );
}

function keys(code: string): string {
  return code.split(/\r?\n/).map(lineKey).join('\n').trim();
}
