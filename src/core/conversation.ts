/**
 * A conversation is the fold of its events. The events are the journal on disk (one JSON object a line)
 * and the stream to the panel; both sides use `applyEvent`, so the panel cannot show anything that
 * the journal does not hold.
 */
import type { Attachment } from './attachment.ts';
import type { ChatMessage } from './chatMessage.ts';
import type { TurnTree } from './conversationTree.ts';
import { addTurn, deleteTurn, restoreTurn, selectBranch, turnsBefore } from './conversationTree.ts';
import type { LemmaError } from './errors.ts';
import { questionText } from './prompt.ts';
import type { Sample, SampleEvent } from './samples.ts';
import { applySampleEvent } from './samples.ts';
import type { Snapshot } from './snapshot.ts';
import type { AnswerUse, EditOutcome, Task } from './task.ts';
import type { ThoughtMark } from './thoughtTimes.ts';
import { marksOfEdited, withMark } from './thoughtTimes.ts';

/** Version of the journal's format, written in its first line. */
export const journalVersion = 1;

export type TurnPhase = 'waiting' | 'reading' | 'thinking' | 'answering' | 'ended';

/** How a turn ended. Everything but `complete` keeps the text so far and offers a way on. */
export type TurnEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'limit'; readonly by: 'maxTokens' | 'context'; readonly tokens: number }
  | { readonly kind: 'failed'; readonly error: LemmaError }
  /** It only repeated itself, in this part, and was stopped; see `LoopGuard`. `from`: the offset in it where that began. */
  | { readonly kind: 'repetition'; readonly part: TurnPart; readonly from: number }
  /** The window or the editor went away while it ran; found when the journal is opened again. */
  | { readonly kind: 'interrupted' };

export interface TurnQuestion {
  readonly id: string;
  readonly task: Task;
  /** What the user typed; empty for Solve and Explain. */
  readonly text: string;
  /** Where the answer is to go; absent: the user decides when it is there. */
  readonly answerUse?: AnswerUse;
  /** For `translate` and `convert`: the language or notation that is wanted, as it is said to the model. */
  readonly into?: string;
  /** Title of a prompt of the user's own. */
  readonly title?: string;
  /** The selection stands in `text` already. */
  readonly selectionInText?: true;
  /** The code or math it is about, if any. */
  readonly snapshot?: Snapshot;
  /** What was added to it, in the order of attaching. */
  readonly attachments?: readonly Attachment[];
  /** What Lemma chose to send along, the most relevant first. */
  readonly context?: readonly Attachment[];
  /** It is answered so many times, and a vote chooses the answer; absent: once. */
  readonly samples?: number;
}

export interface Turn {
  readonly question: TurnQuestion;
  readonly phase: TurnPhase;
  /** As the model wrote it, tags removed, surrounding line breaks kept. */
  readonly thought: string;
  readonly answer: string;
  readonly thoughtTokens: number;
  readonly answerTokens: number;
  /** Known once the prompt has been tokenised. */
  readonly promptTokens?: number;
  /** The limit in force for new tokens, and the wish it was clamped from when the context was too small. */
  readonly maxTokens?: number;
  readonly wantedTokens?: number;
  /** Tokens of the thought at which it is closed at the end of its sentence; absent: it has no budget. */
  readonly thinkingTokens?: number;
  /** The thought was closed at its budget, not by the model. */
  readonly closedAtBudget?: true;
  /** Tokens of the thought when it was opened again; its budget counts from there. */
  readonly reopenedTokens?: number;
  /** Of its own message, attachments included. */
  readonly questionTokens?: number;
  /** Oldest turns that the model did not see. */
  readonly droppedTurns?: number;
  /** Milliseconds since 1970; `answeringAt` also ends the thought's time. */
  readonly askedAt: number;
  readonly thinkingAt?: number;
  readonly answeringAt?: number;
  readonly endedAt?: number;
  readonly end?: TurnEnd;
  /** What the user decided about the edit that its answer makes; absent: nothing yet. */
  readonly edit?: EditOutcome;
  /** Milliseconds of thinking before the last `resumed`; use `thoughtMs` for the sum. */
  readonly earlierThoughtMs?: number;
  /** When parts of the thought were written, in order; see `msAtOffset`. */
  readonly thoughtMarks?: readonly ThoughtMark[];
  /** Of a question that is answered by a vote, once it has begun; see `samples.ts`. */
  readonly samples?: readonly Sample[];
  /** How many are wished for in all, and are written at once. */
  readonly samplesWanted?: number;
  readonly samplesAtOnce?: number;
  /** The one that the vote chose: thought and answer are its own. */
  readonly chosenSample?: number;
  /** Present where the question was asked in several wordings, or answered several times. */
  readonly branch?: TurnBranch;
}

/** A turn among those that could stand in its place: «2 of 3» is `ids[1]` of three. */
export interface TurnBranch {
  /** The turns that begin the branches, in the order of asking; `branchSelected` takes any of them. */
  readonly ids: readonly string[];
  /** Place of the turn itself among them, from 0. */
  readonly index: number;
}

export interface Conversation {
  readonly id: string;
  readonly createdAt: number;
  /** Given by the user; absent: made from the first question. */
  readonly title?: string;
  readonly pinned?: boolean;
  /** Turns that the user took out of what the model is told; absent: none. They are shown all the same. */
  readonly leftOut?: readonly string[];
  /** The turns that are shown and that the model remembers: one branch, oldest first. */
  readonly turns: readonly Turn[];
  /** The turns of branches that are not shown, and deleted ones; absent while there are none. For the fold and its helpers alone. */
  readonly tree?: TurnTree;
}

export type TurnPart = 'thought' | 'answer';

export type ConversationEvent =
  | { readonly type: 'created'; readonly version: number; readonly id: string; readonly at: number }
  /** `replaces`: the question is another wording of that turn's and begins a branch beside it. Else it follows the last turn shown. */
  | { readonly type: 'asked'; readonly question: TurnQuestion; readonly at: number; readonly replaces?: string }
  | {
      readonly type: 'phase';
      readonly turnId: string;
      readonly phase: TurnPhase;
      readonly at: number;
      /** The answer begins because the thought was closed at its budget. */
      readonly closedAtBudget?: true;
      /** Last characters of the thought that were the beginning of its closing tag: they came before a stop and the rest after it. */
      readonly tagLength?: number;
    }
  | {
      readonly type: 'budget';
      readonly turnId: string;
      readonly promptTokens: number;
      readonly maxTokens: number;
      readonly wantedTokens: number;
      /** See `Turn`. */
      readonly thinkingTokens?: number;
      /** Tokens of the question's own message, attachments included. */
      readonly questionTokens?: number;
      /** Oldest turns that did not fit into the prompt; absent: none. */
      readonly droppedTurns?: number;
    }
  /** `at` stands at one delta of a thought in `thoughtMarkMs`: hundreds come in a second. */
  | {
      readonly type: 'delta';
      readonly turnId: string;
      readonly part: TurnPart;
      readonly text: string;
      readonly tokens: number;
      readonly at?: number;
    }
  | { readonly type: 'ended'; readonly turnId: string; readonly end: TurnEnd; readonly at: number }
  | SampleEvent
  /** The same turn goes on from its text so far. `reopened`: to think more, so that its thought's budget begins anew. */
  | { readonly type: 'resumed'; readonly turnId: string; readonly at: number; readonly reopened?: true }
  /** The thought of a turn that has ended is another one; its answer, made from the old one, goes. See `branchWithThought`. */
  | { readonly type: 'thoughtEdited'; readonly turnId: string; readonly thought: string; readonly at: number }
  | { readonly type: 'editDecided'; readonly turnId: string; readonly outcome: EditOutcome; readonly at: number }
  /** The branch that this turn begins is the one that is shown. */
  | { readonly type: 'branchSelected'; readonly turnId: string; readonly at: number }
  /** The turn is not shown or remembered any more; what followed it follows the turn before. Its text stays in the journal. */
  | { readonly type: 'turnDeleted'; readonly turnId: string; readonly at: number }
  /** The deletion was undone: the turn is where it was, and shown. */
  | { readonly type: 'turnRestored'; readonly turnId: string; readonly at: number }
  /** From now on the model is told of all turns but these. */
  | { readonly type: 'leftOut'; readonly turnIds: readonly string[]; readonly at: number }
  | { readonly type: 'renamed'; readonly title: string; readonly at: number }
  | { readonly type: 'pinned'; readonly pinned: boolean; readonly at: number };

/**
 * The conversation after one event. Never throws and never changes its argument: an event that does not fit
 * (of an unknown type or turn, a second `created`, a turn asked twice, anything but `resumed`, `thoughtEdited` and
 * `editDecided` for a turn that has ended) leaves the conversation as it is, the same object.
 * A delta costs one new turn and one new array of turns, whatever the length of the text.
 */
export function applyEvent(conversation: Conversation | undefined, event: ConversationEvent): Conversation | undefined {
  if (event.type === 'created') return conversation ?? { id: event.id, createdAt: event.at, turns: [] };
  if (!conversation) return undefined;
  switch (event.type) {
    case 'asked':
      if (isKnown(conversation, event.question.id)) return conversation;
      return addTurn(conversation, newTurn(event.question, event.at), event.replaces);
    case 'branchSelected':
      return selectBranch(conversation, event.turnId);
    case 'turnDeleted':
      return deleteTurn(conversation, event.turnId, event.at);
    case 'turnRestored':
      return restoreTurn(conversation, event.turnId);
    case 'leftOut':
      return leaveOut(conversation, event.turnIds);
    case 'renamed':
      return rename(conversation, event.title.trim());
    case 'pinned':
      return pin(conversation, event.pinned);
    default:
      return isTurnEvent(event) ? changeTurn(conversation, event) : conversation;
  }
}

/** The turn was asked already, and perhaps deleted since. */
function isKnown(conversation: Conversation, turnId: string): boolean {
  const deleted = conversation.tree?.deleted.some(({ turn }) => turn.question.id === turnId);
  return deleted === true || turnById(conversation, turnId) !== undefined;
}

/** An empty title is none: the conversation is called by its first question again. */
function rename(conversation: Conversation, title: string): Conversation {
  if (title === (conversation.title ?? '')) return conversation;
  const { title: _title, ...untitled } = conversation;
  return title === '' ? untitled : { ...untitled, title };
}

function leaveOut(conversation: Conversation, turnIds: readonly string[]): Conversation {
  const { leftOut = [], ...whole } = conversation;
  if (leftOut.join() === turnIds.join()) return conversation;
  return turnIds.length === 0 ? whole : { ...whole, leftOut: turnIds };
}

function pin(conversation: Conversation, pinned: boolean): Conversation {
  if (pinned === (conversation.pinned ?? false)) return conversation;
  const { pinned: _pinned, ...unpinned } = conversation;
  return pinned ? { ...unpinned, pinned } : unpinned;
}

/** A turn whose branch is not shown goes on as well. */
function changeTurn(conversation: Conversation, event: TurnEvent): Conversation {
  const turns = changeTurnIn(conversation.turns, event);
  if (turns) return turns === conversation.turns ? conversation : { ...conversation, turns };
  const { tree } = conversation;
  const hidden = tree && changeTurnIn(tree.hidden, event);
  return !tree || !hidden || hidden === tree.hidden ? conversation : { ...conversation, tree: { ...tree, hidden } };
}

/** @returns undefined when the turn is not among these; the same array when the event does not fit */
function changeTurnIn(turns: readonly Turn[], event: TurnEvent): readonly Turn[] | undefined {
  const index = turns.findLastIndex((turn) => turn.question.id === event.turnId);
  const turn = turns[index];
  if (!turn) return undefined;
  const changed = applyToTurn(turn, event);
  return changed === turn ? turns : turns.with(index, changed);
}

/** Folds events from the start; undefined while no `created` has come. */
export function foldEvents(events: Iterable<ConversationEvent>, start?: Conversation): Conversation | undefined {
  let conversation = start;
  for (const event of events) conversation = applyEvent(conversation, event);
  return conversation;
}

function newTurn(question: TurnQuestion, askedAt: number): Turn {
  return { question, phase: 'waiting', thought: '', answer: '', thoughtTokens: 0, answerTokens: 0, askedAt };
}

const turnEventTypes = [
  'phase',
  'budget',
  'delta',
  'ended',
  'resumed',
  'thoughtEdited',
  'editDecided',
  'sampled',
  'sampleDelta',
  'sampleEnded',
  'sampleChosen',
] as const;
const turnEvents: ReadonlySet<string> = new Set(turnEventTypes);

function isTurnEvent(event: ConversationEvent): event is TurnEvent {
  return turnEvents.has(event.type);
}

type TurnEvent = Extract<ConversationEvent, { readonly type: (typeof turnEventTypes)[number] }>;

function applyToTurn(turn: Turn, event: TurnEvent): Turn {
  if (event.type === 'resumed') return turn.phase === 'ended' ? resumeTurn(turn, event.reopened) : turn;
  if (event.type === 'thoughtEdited') return turn.phase === 'ended' ? editThought(turn, event.thought, event.at) : turn;
  if (event.type === 'editDecided') return turn.phase === 'ended' ? { ...turn, edit: event.outcome } : turn;
  if (turn.phase === 'ended') return turn;
  switch (event.type) {
    case 'phase':
      return enterPhase(turn, event);
    case 'budget': {
      const { type: _type, turnId: _turnId, ...budget } = event;
      const { thinkingTokens: _before, ...rest } = turn;
      return { ...rest, ...budget };
    }
    case 'delta':
      return event.part === 'thought'
        ? addThought(turn, event.text, event.tokens, event.at)
        : { ...turn, answer: turn.answer + event.text, answerTokens: turn.answerTokens + event.tokens };
    case 'ended':
      return { ...turn, phase: 'ended', end: event.end, endedAt: event.at };
    default:
      return applySampleEvent(turn, event);
  }
}

function addThought(turn: Turn, text: string, tokens: number, at: number | undefined): Turn {
  const thoughtMarks = at === undefined ? undefined : withMark(turn, at);
  const { thought, thoughtTokens } = turn;
  return { ...turn, thought: thought + text, thoughtTokens: thoughtTokens + tokens, ...(thoughtMarks ? { thoughtMarks } : {}) };
}

const phaseOrder: readonly TurnPhase[] = ['waiting', 'reading', 'thinking', 'answering'];

/** Phases only go forward; `ended` comes by its own event. The first time of each phase is kept. */
function enterPhase(turn: Turn, { phase, at, closedAtBudget, tagLength = 0 }: Extract<TurnEvent, { type: 'phase' }>): Turn {
  if (phaseOrder.indexOf(phase) <= phaseOrder.indexOf(turn.phase)) return turn;
  if (phase === 'thinking') return { ...turn, phase, thinkingAt: turn.thinkingAt ?? at };
  if (phase !== 'answering') return { ...turn, phase };
  const thought = turn.thought.slice(0, turn.thought.length - tagLength);
  return { ...turn, phase, thought, answeringAt: turn.answeringAt ?? at, ...(closedAtBudget ? { closedAtBudget } : {}) };
}

/** A thought that goes on is timed anew, so that the pause between does not count as thinking. */
function resumeTurn(turn: Turn, reopened = false): Turn {
  const { end: _end, endedAt: _endedAt, edit: _edit, ...ended } = turn;
  const rest = reopened ? { ...ended, reopenedTokens: turn.thoughtTokens } : ended;
  if (turn.answeringAt !== undefined || turn.thinkingAt === undefined) return { ...rest, phase: 'waiting' };
  const { thinkingAt: _thinkingAt, ...untimed } = rest;
  return { ...untimed, phase: 'waiting', earlierThoughtMs: thoughtMs(turn, turn.thinkingAt) ?? 0 };
}

/**
 * The thought is the user's now and the answer to be made from it is still to come, so the turn is one that was
 * stopped while it was thinking. The time spent so far and the number of tokens that the model thought stay.
 */
function editThought(turn: Turn, thought: string, at: number): Turn {
  const {
    thinkingAt: _thinkingAt,
    answeringAt: _answeringAt,
    thoughtMarks: _thoughtMarks,
    closedAtBudget: _closed,
    edit: _edit,
    ...rest
  } = turn;
  const spent = thoughtMs(turn, at);
  const thoughtMarks = marksOfEdited(turn, thought);
  return {
    ...rest,
    thought,
    answer: '',
    answerTokens: 0,
    end: { kind: 'stopped' },
    endedAt: at,
    ...(spent === undefined ? {} : { earlierThoughtMs: spent }),
    ...(thoughtMarks ? { thoughtMarks } : {}),
  };
}

/** A turn by its id, also one of a branch that is not shown. */
export function turnById(conversation: Conversation | undefined, turnId: string): Turn | undefined {
  const isIt = (turn: Turn): boolean => turn.question.id === turnId;
  return conversation?.turns.findLast(isIt) ?? conversation?.tree?.hidden.findLast(isIt);
}

/** Every turn that was not deleted: those shown, then those of other branches. */
export function allTurns(conversation: Conversation): readonly Turn[] {
  return conversation.tree ? [...conversation.turns, ...conversation.tree.hidden] : conversation.turns;
}

export function lastTurn(conversation: Conversation | undefined): Turn | undefined {
  return conversation?.turns.at(-1);
}

/** Whether the turn, or any turn of the conversation, has not ended yet. */
export function isRunning(subject: Turn | Conversation | undefined): boolean {
  if (!subject) return false;
  return 'turns' in subject ? allTurns(subject).some((turn) => turn.phase !== 'ended') : subject.phase !== 'ended';
}

/**
 * Milliseconds of thinking: to the answer's start, else to the turn's end, else to `now` (milliseconds since 1970).
 * @returns undefined before any thinking; never negative, whatever the clock did
 */
export function thoughtMs(turn: Turn, now: number): number | undefined {
  if (turn.thinkingAt === undefined) return turn.earlierThoughtMs;
  const until = turn.answeringAt ?? turn.endedAt ?? now;
  return (turn.earlierThoughtMs ?? 0) + Math.max(0, until - turn.thinkingAt);
}

/**
 * The turns before `uptoTurnId` on its branch (all that are shown when absent) as the model is to remember them:
 * question and answer, no thought.
 * A turn that still runs or has no answer is left out together with its question, so that the roles alternate.
 */
export function historyMessages(conversation: Conversation | undefined, uptoTurnId?: string): ChatMessage[] {
  return rememberedTurns(conversation, uptoTurnId).flatMap(turnMessages);
}

/** Question and answer of one turn as the model is told of them. */
export function turnMessages({ question, answer }: Turn): [ChatMessage, ChatMessage] {
  return [
    { role: 'user', content: questionText(question) },
    { role: 'assistant', content: answer, thoughtRemoved: true },
  ];
}

/** The turns that `historyMessages` gives, two messages each: those with an answer, but for those the user left out. */
export function rememberedTurns(conversation: Conversation | undefined, uptoTurnId?: string): Turn[] {
  const { leftOut = [] } = conversation ?? {};
  return answeredTurns(conversation, uptoTurnId).filter(({ question }) => !leftOut.includes(question.id));
}

/** Those of the turns before `uptoTurnId` on its branch (all that are shown when absent) that have ended with an answer. */
export function answeredTurns(conversation: Conversation | undefined, uptoTurnId?: string): Turn[] {
  if (!conversation) return [];
  const turns = uptoTurnId === undefined ? conversation.turns : turnsBefore(conversation, uptoTurnId);
  return turns.filter((turn) => turn.phase === 'ended' && turn.answer.trim() !== '');
}

/** What closes the turns that a crash left running: to be written when the journal is opened again. */
export function interruptedEvents(conversation: Conversation | undefined, at: number): ConversationEvent[] {
  return (conversation ? allTurns(conversation) : [])
    .filter(isRunning)
    .map((turn) => ({ type: 'ended', turnId: turn.question.id, end: { kind: 'interrupted' }, at }));
}
