/** What a host would send: states, events and the English words of the panel. */
import type { Attachment } from '../../src/core/attachment.ts';
import { foldEvents } from '../../src/core/conversation.ts';
import type { ConversationEvent, TurnEnd, TurnPart, TurnPhase } from '../../src/core/conversation.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import type { Task } from '../../src/core/task.ts';
import type { PanelState, TurnWords } from '../../src/shared/panelProtocol.ts';
import type { ModelInfo } from '../../src/shared/inferenceProtocol.ts';
import type { PanelStrings } from '../../src/shared/panelStrings.ts';

export const strings: PanelStrings = {
  ...{ conversation: 'Conversation', question: 'Question', thought: 'Thought', answer: 'Answer', questionAndAnswer: 'Question and answer' },
  ...{
    status: 'Status',
    formula: 'Formula',
    code: 'Code',
    table: 'Table',
    copyLatex: 'Copy as LaTeX',
    copyMathml: 'Copy as MathML',
    copyMarkdown: 'Copy as Markdown',
    copyTable: 'Copy Table as Markdown',
    openAsEditor: 'Open as Editor',
    wrapLines: 'Wrap Lines',
    browseHint: 'Left and right arrow go through its formulas, tables and code; Shift+F10 opens their menu.',
    showAll: 'Show all',
    showLess: 'Show less',
    lines: '{0} lines',
    oneLine: '1 line',
  },
  ...{
    openPlace: 'Open {0}',
    waitingForModel: 'Waiting for the model',
    waitingForWindow: 'Another window’s question is answered first',
    waitingForRequest: 'A request of VS Code’s chat or of another extension is answered first',
    readingQuestion: 'Reading the question',
    thinking: 'Thinking',
  },
  ...{ thoughtFor: 'Thought for {0}', thoughtTokens: '{0} tokens', tokensOf: '{0} of {1} tokens', tokens: '{0} tokens' },
  ...{
    tokensPerSecond: '{0}/s',
    tokensRead: '{0} of {1} tokens read',
    tokensReadAgain: 'Reading {0} tokens again',
    tokensAgain: '{0} tokens again',
    insert: 'Insert',
    replace: 'Replace',
    copy: 'Copy',
    copied: 'Copied',
  },
  ...{ copyCode: 'Copy Code', insertAtCursor: 'Insert at Cursor', replaceSelection: 'Replace Selection', askAgain: 'Ask Again' },
  ...{ stop: 'Stop', stopHint: 'Stop (Escape)', answerNow: 'Answer Now', answerNowHint: 'Stop thinking and write the answer (Ctrl+Enter)' },
  ...{ composerPlaceholder: 'Ask, or select something in the editor', composerFollowUp: 'Ask a follow-up' },
  ...{ composerNoModel: 'You can ask when a model is there', askLemma: 'Ask Lemma', send: 'Send', sendHint: 'Send (Enter)' },
  ...{
    thinkingBudget: 'Thinking Budget: {0}',
    thinkingBudgetHint: 'At the limit the thought is closed and the answer begins.',
    samples: 'Answers to Each Question: {0}',
    samplesHint: 'Several answers are compared, and what most of them say is shown.',
    oneAnswer: 'One answer',
    manyAnswers: '{0} answers and a vote',
    vote: 'Answers and their votes',
    unlimited: 'Unlimited',
  },
  ...{ attachSelection: 'Attach Selection', removeAttachment: 'Remove {0}', attachments: 'Attachments', jumpToLatest: 'Latest' },
  ...{ liveReading: 'Reading the question.', liveThinking: 'Thinking.', liveAnswering: 'Answering.', liveReady: 'Answer ready.' },
  ...{
    liveLoading: 'Loading the model.',
    liveStopped: 'Stopped.',
    chooseModel: 'Choose another model',
    download: 'Download',
    openLink: 'Open {0}',
  },
  ...{ badFormula: 'This formula cannot be drawn: {0}', renderFailed: 'This part cannot be drawn, so its source is shown.' },
  ...{
    contents: 'Contents of the Thought (Ctrl+Shift+O)',
    searchThought: 'Search in the Thought (Ctrl+F)',
    find: 'Find',
    findCount: '{0} of {1}',
    findNone: 'Not found',
    findPrevious: 'Previous Match (Shift+F3)',
    findNext: 'Next Match (F3)',
    findClose: 'Close (Escape)',
    editThought: 'Edit Thought…',
    editThoughtHint: 'The model goes on thinking from the end of this text. What stands here now is kept as an earlier version.',
    continueFromHere: 'Continue from Here',
    cancel: 'Cancel',
  },
  ...{
    editQuestion: 'Edit Question',
    editQuestionAdded: 'Add words to the task',
    editQuestionHint: 'It is asked anew beside this version, which stays with its answer and all that follows.',
    moreActions: 'More Actions',
    copyWithThought: 'Copy with Thought',
    thinkMore: 'Think More',
    branch: 'Branch',
    delete: 'Delete',
  },
  ...{ branchOf: '{0} of {1}', previousBranch: 'Previous Version', nextBranch: 'Next Version' },
  ...{
    attach: 'Attach',
    attachHint: 'Attach files, symbols or problems, or drag files here with Shift held',
    oneAttachment: '1 attachment',
    manyAttachments: '{0} attachments',
  },
  ...{
    about: 'about {0}',
    contextMeter: 'Context: {0} tokens. Show what the model will see',
    contextTitle: 'What the model will see',
    contextInstructions: 'Instructions',
  },
  ...{
    contextConversation: 'Conversation, without thoughts',
    oneAutomatic: '1 piece chosen by Lemma',
    manyAutomatic: '{0} pieces chosen by Lemma',
    contextQuestion: 'This question',
    contextTogether: 'Together',
    contextLeft: 'Left for thought and answer',
  },
  ...{
    openAsText: 'Open as Text',
    chooseTurns: 'Choose What Stays…',
    leftOutTurn: 'Left out: the oldest turn',
    leftOutTurns: 'Left out: the {0} oldest turns',
    tokensLeftOut: '{0} left out',
    tokensKept: '{0} kept',
    tokensFree: '{0} free',
    leftOut: 'Left out of the next question',
    leftOutNow: 'Left out of this question',
    leftOutOfThis: 'Turns above are left out of this question',
    readingAttachment: 'Reading the question and 1 attachment',
    readingAttachments: 'Reading the question and {0} attachments',
    leftOutAbove: 'Turns above are left out of the next question',
    dropToAttach: 'Drop to attach',
  },
  ...{
    composerNew: 'Ask in a new conversation',
    conversations: 'Conversations',
    searchConversations: 'Search Conversations',
    conversationsFound: '{0} found',
    conversationsNone: 'No conversation contains “{0}”.',
    conversationsEmpty: 'There are no conversations yet. Ask a question below; what you ask is kept here.',
    clearSearch: 'Clear Search',
    backToConversation: 'Back to the Conversation (Escape)',
    pinned: 'Pinned',
    today: 'Today',
    yesterday: 'Yesterday',
    lastWeek: 'Last 7 Days',
    older: 'Older',
    openConversation: 'Open',
    pin: 'Pin',
    unpin: 'Unpin',
    rename: 'Rename',
    renameHint: 'Title of the conversation; Enter keeps it, Escape leaves it as it was',
    untitled: 'Conversation',
    exportConversation: 'Export…',
    copyWithThoughts: 'Copy with Thoughts',
  },
  ...{ dismiss: 'Close', seconds: '{0} s', minutesSeconds: '{0} min {1} s', minutes: '{0} min' },
};

export const modelInfo: ModelInfo = {
  ...{ name: 'GLM-Z1-9B', path: '/models/glm.gguf', architecture: 'glm4', bytes: 6_166_575_232, device: 'gpu', backend: 'cuda' },
  ...{ familyId: 'glm-z1-9b-0414', profile: 'glm-z1', replyStart: 'thought', askedBackend: 'auto', refusedBackends: [] },
  ...{ gpuLayers: 41, layers: 41, contextTokens: 32_768, wantedContextTokens: 32_768, trainedContextTokens: 32_768 },
  ...{ memory: { ramTotal: 32e9, ramFree: 20e9, vramTotal: 24e9, vramFree: 22e9 }, stepDowns: [], threads: 7, loadMs: 4200 },
};

const latex = 'Let $a, b$ be positive real numbers such that\n$ab = a + b + 3$. Determine the range of\npossible values for $a + b$.\n';
export const python =
  'def naive(coeffs, x):\n    total = 0\n    for i, c in enumerate(coeffs):\n        total += c * x ** i\n    return total\n';

export function snapshotOf(text: string, fileName: string, languageId: string): Snapshot {
  const lines = text.split('\n').length - 1;
  return {
    ...{ uri: `file:///work/${fileName}`, fileName, languageId, version: 1, scope: 'selection', text, eol: '\n', before: '', after: '' },
    range: { start: { line: 11, character: 0 }, end: { line: 11 + lines, character: 0 } },
    diagnostics: [],
  };
}

/** Builds the journal of a conversation, event by event, with times a second apart or as told. */
export class Script {
  readonly events: ConversationEvent[];
  at: number;
  private turnId = '';
  private count = 0;

  constructor(at = Date.now() - 60_000) {
    this.at = at;
    this.events = [{ type: 'created', version: 1, id: 'conversation', at }];
  }

  /** @param replaces the turn whose question this is another version of */
  ask(
    task: Task,
    snapshot?: Snapshot,
    text = '',
    replaces?: string,
    attachments?: readonly Attachment[],
    context?: readonly Attachment[],
  ): this {
    this.count += 1;
    this.turnId = `turn${this.count}`;
    const sent = { ...(attachments ? { attachments } : {}), ...(context ? { context } : {}) };
    const question = { id: this.turnId, task, text, ...(snapshot ? { snapshot } : {}), ...sent };
    this.events.push({ type: 'asked', question, at: this.at, ...(replaces === undefined ? {} : { replaces }) });
    return this;
  }

  phase(phase: TurnPhase, afterMs = 1000): this {
    this.at += afterMs;
    this.events.push({ type: 'phase', turnId: this.turnId, phase, at: this.at });
    return this;
  }

  budget(promptTokens: number, maxTokens: number): this {
    this.events.push({ type: 'budget', turnId: this.turnId, promptTokens, maxTokens, wantedTokens: maxTokens });
    return this;
  }

  delta(part: TurnPart, text: string, tokens = Math.ceil(text.length / 4)): this {
    this.events.push({ type: 'delta', turnId: this.turnId, part, text, tokens });
    return this;
  }

  /** A thought as it is written: stamped once for each paragraph, with the time shared among them by their lengths. */
  thought(text: string, tokens: number, seconds: number): this {
    const parts = text.split(/(?<=\n\n)/);
    let written = 0;
    for (const [index, part] of parts.entries()) {
      const at = this.at + Math.round((written / text.length) * seconds * 1000);
      const share = Math.round(((written + part.length) / text.length) * tokens) - Math.round((written / text.length) * tokens);
      this.events.push({ type: 'delta', turnId: this.turnId, part: 'thought', text: part, tokens: share, at });
      written += part.length;
      if (index === parts.length - 1) this.at += seconds * 1000;
    }
    return this;
  }

  end(end: TurnEnd = { kind: 'complete' }, afterMs = 1000): this {
    this.at += afterMs;
    this.events.push({ type: 'ended', turnId: this.turnId, end, at: this.at });
    return this;
  }

  /** A finished turn with a thought of so many seconds. */
  answered(thought: string, answer: string, seconds = 41, thoughtTokens = 1890): this {
    this.phase('reading').budget(62, 24_000).phase('thinking').thought(thought, thoughtTokens, seconds);
    return this.phase('answering', 0).delta('answer', answer).end();
  }

  /** Events after the first `count`. */
  after(count: number): readonly ConversationEvent[] {
    return this.events.slice(count);
  }

  state(change: Partial<PanelState> = {}): PanelState {
    return stateOf(this.events, change);
  }
}

export function solve(at?: number): Script {
  return new Script(at).ask('solve', snapshotOf(latex, 'sample.tex', 'latex'));
}

export function explain(at?: number): Script {
  return new Script(at).ask('explain', snapshotOf(python, 'poly.py', 'python'));
}

export function stateOf(events: readonly ConversationEvent[], change: Partial<PanelState> = {}): PanelState {
  const conversation = foldEvents(events);
  const words = Object.fromEntries(
    (conversation?.turns ?? []).map(({ question }) => [question.id, wordsOf(question.task, question.snapshot)]),
  );
  return {
    conversation,
    eventCount: events.length,
    words,
    model: { kind: 'ready', info: modelInfo },
    modelLabel: 'GLM-Z1-9B',
    modelStatus: 'Ready on GPU',
    notice: undefined,
    download: undefined,
    welcome: {
      tone: 'info',
      icon: 'symbol-operator',
      text: 'Select code or mathematics in the editor, or start here.',
      buttons: [
        { action: 'solveSelection', label: 'Solve Selection' },
        { action: 'explainSelection', label: 'Explain Selection' },
      ],
    },
    selection: undefined,
    selectionAttached: false,
    attachments: [],
    context: undefined,
    draft: '',
    thinking: { budgetTokens: 0, choices: [0, 1024, 4096, 16_384] },
    fonts: {},
    strings,
    locale: 'en',
    ...change,
  };
}

export function wordsOf(task: Task, snapshot?: Snapshot): TurnWords {
  const titles: Partial<Record<Task, string>> = { solve: 'Solve', explain: 'Explain', fix: 'Fix' };
  const { start, end } = snapshot?.range ?? { start: { line: 0 }, end: { line: 0 } };
  const place = snapshot ? `${snapshot.fileName}:${start.line + 1}–${end.line}` : '';
  return { title: titles[task] ?? '', place, scopeNote: '', canEdit: true };
}
