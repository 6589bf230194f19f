/**
 * The boundary between extension host and panel (webview). Imported by both sides.
 *
 * The host owns all state. `state` redraws everything and is sent when the panel says `ready` and whenever
 * it becomes visible again (hidden webviews receive nothing); between two of them `events` carry what is new.
 * Words reach the panel ready to show: it words nothing itself and knows no error codes.
 */
import type { AttachmentKind } from '../core/attachment.ts';
import type { Conversation, ConversationEvent, Turn } from '../core/conversation.ts';
import type { Range, ScopeKind } from '../core/snapshot.ts';
import type { ModelState } from './modelState.ts';
import type { PanelStrings } from './panelStrings.ts';

/** What a button in a note, notice or welcome does. The host runs it; the panel only names it. */
export type PanelAction =
  | 'stop'
  | 'continue'
  | 'answerNow'
  | 'thinkMore'
  | 'askAgain'
  | 'restartEngine'
  | 'showLog'
  | 'chooseModel'
  | 'openModelSettings'
  | 'openServerSettings'
  | 'testConnection'
  | 'setServerKey'
  /** Opens the setting of the most tokens in a reply. */
  | 'raiseLimit'
  | 'trimSelection'
  | 'shortenAttachments'
  /** Chooses the turns that the model is told of. */
  | 'chooseTurns'
  | 'copyAnswer'
  /** Asks the question anew, for a text that leaves nothing out. */
  | 'askForAll'
  | 'newConversation'
  | 'solveSelection'
  | 'explainSelection'
  | 'reloadModel'
  /** How the loaded model really runs, in numbers. */
  | 'showModelDetails'
  /** Chooses a model that takes less memory. */
  | 'chooseSmaller'
  /** Runs the model on the processor from now on. */
  | 'useCpu'
  /** Of the conversation that another window has. */
  | 'openCopy'
  /** Opens what was set aside of a damaged conversation. */
  | 'showUnreadable'
  /** Puts back the turns deleted last. */
  | 'undoDelete'
  /** Puts back the conversations deleted last. */
  | 'undoDeleteConversation'
  /** Of the download that the panel shows. */
  | 'pauseDownload'
  | 'resumeDownload'
  | 'downloadAgain'
  | 'removeDownload'
  | 'hideDownload'
  /** Asks for the token of the model hub. */
  | 'setToken'
  /** Of the edit that the turn's answer makes. */
  | 'acceptEdit'
  | 'acceptUnfinishedEdit'
  | 'discardEdit'
  | 'showEdit'
  /** Of several files. */
  | 'reviewEdit'
  /** Asks for a repair of the problem that an edit has left. */
  | 'fixAgain'
  /** Of the file that an accepted edit has changed. */
  | 'runTests'
  /** Of the equations of an answer. */
  | 'showModelError'
  | 'showChecks'
  | 'checkThought'
  | 'dismissNotice';

export interface PanelButton {
  readonly action: PanelAction;
  readonly label: string;
  readonly primary?: boolean;
}

/** One sentence with ways on: under a turn (how it ended) or panel-wide (the one notice slot). */
export interface PanelNote {
  readonly tone: 'info' | 'warning' | 'error';
  /** Codicon name, from the list in `webview/icons.ts`. */
  readonly icon: string;
  readonly text: string;
  readonly buttons: readonly PanelButton[];
}

/** A download of a model, running or not finished: a note with a bar. */
export interface PanelDownload extends PanelNote {
  /** 0 to 1; null while it is not known, absent where nothing moves. */
  readonly fraction?: number | null;
}

/** The editor's selection (or what would be taken in its place), offered as a chip. */
export interface SelectionOffer {
  /** `poly.py:8–15` */
  readonly label: string;
  readonly scope: ScopeKind;
  readonly lines: number;
}

/** What was attached to the next question, as a chip. */
export interface AttachmentOffer {
  readonly id: string;
  readonly kind: AttachmentKind;
  readonly label: string;
  /** Path and lines, for the chip's title. */
  readonly title: string;
  readonly tokens: number;
  /** Counted by characters, since no model is there to count tokens. */
  readonly estimated: boolean;
  /** Lemma chose it; the user can take it away. */
  readonly automatic?: true;
}

/** How the next question would fill the context, in tokens. */
export interface ContextUse {
  readonly contextTokens: number;
  readonly instructions: number;
  readonly conversation: number;
  readonly attachments: number;
  readonly attachmentCount: number;
  /** Of what Lemma chose to send along, in tokens and pieces; absent: nothing. */
  readonly automatic?: { readonly tokens: number; readonly count: number };
  /** With the selection, if it is attached. */
  readonly question: number;
  readonly together: number;
  readonly left: number;
  /** Of the turns that the next question leaves out. */
  readonly leftOut: number;
  /** Earlier turns with an answer, among them those that the user left out. */
  readonly answeredTurns: number;
  readonly droppedTurns: number;
  /** Part of it was counted by characters. */
  readonly estimated: boolean;
  /** The turn after which the model begins to see the conversation; absent while it sees all of it. */
  readonly cutAfter?: string;
  /** What is left out, or that the question is too long; shown where no other notice is. */
  readonly note?: PanelNote;
}

/** What is said of the equations of an answer. */
export interface CheckWords {
  /** «14 equations checked: 12 hold, 1 does not, 1 could not be checked.» */
  readonly note: PanelNote;
  /** Of formulas that hold or do not, in the order of the answer. */
  readonly marks: readonly CheckMark[];
}

export interface CheckMark {
  /** The formula as the answer has it, between its delimiters. */
  readonly latex: string;
  readonly holds: boolean;
  /** Why, in words. */
  readonly reason: string;
}

/** Wordings that belong to one turn, made by the host. */
export interface TurnWords {
  /** Heading of the card: Solve, Explain, Fix, or empty for a typed question. */
  readonly title: string;
  /** `sample.tex:12–15`, empty without a snapshot. */
  readonly place: string;
  /** Which text was taken when nothing was selected: «The enclosing function naive was taken.» Else empty. */
  readonly scopeNote: string;
  /** How it ended, when that needs words. */
  readonly note?: PanelNote;
  /** Result of the last edit or copy of this turn: «Inserted in sample.tex.» or why not. */
  readonly editNote?: PanelNote;
  /** The edit that its answer makes, which waits to be accepted or is in the file; Insert and Replace give way to it. */
  readonly edit?: PanelNote;
  /** Tests of the file that its answer has changed: that they can be run, or what came of them. */
  readonly testNote?: PanelNote;
  /** What came of checking the equations of its answer. */
  readonly check?: CheckWords;
  /** Of a question that is answered several times. */
  readonly vote?: VoteWords;
  /** The document that its answer would go to can be edited. */
  readonly canEdit: boolean;
}

/** Progress that is shown but not worth keeping. */
export interface TurnProgress {
  readonly turnId: string;
  readonly readTokens: number;
  readonly promptTokens: number;
  /** Tokens that had been read before, for a reply that goes on after its model was unloaded or used for something else. */
  readonly againTokens?: number;
  /** Nothing is read yet: another window's question is answered first, or a request of the chat or of another extension. */
  readonly queued?: 'window' | 'request';
}

/** One conversation in the list of all. */
export interface HistoryItem {
  readonly id: string;
  /** Given by the user, else made from the first question. */
  readonly title: string;
  /** «sample.tex · 3 questions», ready to show. */
  readonly detail: string;
  /** «open in another window», «still thinking», «stopped», or empty. */
  readonly state: string;
  /** Milliseconds since 1970 of its last event. */
  readonly changedAt: number;
  readonly pinned: boolean;
  /** It is the one that this window has open. */
  readonly current: boolean;
  /** A turn of it is running in this window. */
  readonly running: boolean;
  /** Another window has it open: it can be read here, as a copy, and not be changed. */
  readonly elsewhere: boolean;
  /** Some turn of it has a thought, so that it can be copied with thoughts or without. */
  readonly hasThoughts: boolean;
  /** Where the search text was found, for the second line; absent without a search or when the title matched. */
  readonly excerpt?: string;
}

export interface HistoryList {
  /** What was searched for; empty for all. */
  readonly query: string;
  /** Pinned first, then the newest first. */
  readonly items: readonly HistoryItem[];
  /** Says how many could not be read and were set aside; else empty. */
  readonly damaged: string;
}

/** What the user set VS Code's own settings for type in chats and code to; absent: the panel follows the workbench and the editor. */
export interface PanelFonts {
  /** Of prose: `chat.fontFamily` and `chat.fontSize`, in pixels. */
  readonly family?: string;
  readonly size?: number;
  /** Of code: `chat.editor.fontFamily`, `chat.editor.fontSize` in pixels, and `chat.editor.fontWeight`. */
  readonly codeFamily?: string;
  readonly codeSize?: number;
  readonly codeWeight?: string;
  /** `editor.fontLigatures` as a value for `font-feature-settings`; absent: none are drawn. */
  readonly codeLigatures?: string;
}

/** How the user reads, in every window: kept by the host from the first choice on. */
export interface ReadingHabits {
  /** How the thoughts of later turns begin. */
  readonly nextFold: 'open' | 'preview' | 'closed';
  /** Long lines of code are wrapped. */
  readonly wrapCode: boolean;
}

/** How long thoughts may be, in tokens, and what can be chosen in its place; 0 is no limit. */
export interface ThinkingOffer {
  readonly budgetTokens: number;
  readonly choices: readonly number[];
}

/** How many times a question is answered, and what can be chosen in its place. */
export interface SamplesOffer {
  readonly samples: number;
  readonly choices: readonly number[];
}

/** Answers that say the same, or those that are not counted. */
export interface VoteGroupWords {
  /** «1/2»; empty where the answers have no result that could be compared. */
  readonly result: string;
  /** «3 of 5 · 60 %» */
  readonly detail: string;
  /** Indices into `Turn.samples`. */
  readonly samples: readonly { readonly sample: number; readonly label: string }[];
}

/** A vote among several answers, the group that leads first. */
export interface VoteWords {
  /** «5 of 8 answers so far. 3 agree on this: 1/2» */
  readonly summary: string;
  readonly groups: readonly VoteGroupWords[];
}

export interface PanelState {
  readonly conversation: Conversation | undefined;
  /** Number of events applied to `conversation`; the next `events` message starts there. */
  readonly eventCount: number;
  readonly words: Readonly<Record<string, TurnWords>>;
  readonly model: ModelState;
  /** `GLM-Z1-9B-0414`, or empty while none is chosen. */
  readonly modelLabel: string;
  /** «Ready on GPU», «Loading 42 %», … */
  readonly modelStatus: string;
  /** How the loaded model runs, for the hover; a fact a line. Empty while none is loaded. */
  readonly modelHover?: string;
  readonly notice: PanelNote | undefined;
  readonly download: PanelDownload | undefined;
  /** Welcome text and buttons for an empty conversation. */
  readonly welcome: PanelNote;
  readonly selection: SelectionOffer | undefined;
  /** The selection is attached to the next typed question. */
  readonly selectionAttached: boolean;
  /** Of the next question, besides the selection. */
  readonly attachments: readonly AttachmentOffer[];
  /** Undefined until it was computed for the first time. */
  readonly context: ContextUse | undefined;
  readonly draft: string;
  readonly fonts: PanelFonts;
  /** Undefined until the user has chosen for the first time. */
  readonly habits?: ReadingHabits;
  /** Undefined for a model that does not think. */
  readonly thinking: ThinkingOffer | undefined;
  readonly samples?: SamplesOffer;
  readonly strings: PanelStrings;
  /** BCP 47, for numbers. */
  readonly locale: string;
}

export type HostToPanel =
  | ({ readonly type: 'state' } & PanelState)
  /** `from` is the count of events before these; if the panel has another count it asks for `state` by `ready`. */
  | { readonly type: 'events'; readonly from: number; readonly events: readonly ConversationEvent[] }
  | { readonly type: 'words'; readonly turnId: string; readonly words: TurnWords }
  | { readonly type: 'progress'; readonly progress: TurnProgress }
  | {
      readonly type: 'model';
      readonly model: ModelState;
      readonly modelLabel: string;
      readonly modelStatus: string;
      readonly modelHover?: string;
      readonly welcome?: PanelNote;
    }
  | { readonly type: 'fonts'; readonly fonts: PanelFonts }
  | { readonly type: 'habits'; readonly habits: ReadingHabits }
  | { readonly type: 'thinking'; readonly thinking: ThinkingOffer | undefined }
  | { readonly type: 'samples'; readonly samples: SamplesOffer }
  | { readonly type: 'notice'; readonly notice: PanelNote | undefined }
  | { readonly type: 'download'; readonly download: PanelDownload | undefined }
  | { readonly type: 'selection'; readonly selection: SelectionOffer | undefined; readonly attached: boolean }
  /** What was sent could not be asked, so it goes back into the chat box. */
  | { readonly type: 'draft'; readonly text: string }
  | { readonly type: 'attachments'; readonly attachments: readonly AttachmentOffer[] }
  | { readonly type: 'context'; readonly context: ContextUse | undefined }
  | { readonly type: 'history'; readonly list: HistoryList }
  /** The list of conversations is another one now: a page that shows it asks for it by `listHistory`. */
  | { readonly type: 'historyChanged' }
  /** Shows the list of conversations (asks for it by `listHistory`), or the conversation again. */
  | { readonly type: 'showHistory'; readonly shown: boolean }
  /** Those of the paths of `findPlaces` that are files in the workspace's folders. */
  | { readonly type: 'places'; readonly paths: readonly string[] }
  | { readonly type: 'focusComposer' };

export type PanelToHost =
  | { readonly type: 'ready' }
  /** `fresh`: in a new conversation. */
  | { readonly type: 'send'; readonly text: string; readonly fresh?: boolean }
  /** Kept by the host at every pause of typing, so that no reload loses it. */
  | { readonly type: 'draft'; readonly text: string }
  | { readonly type: 'attachSelection'; readonly attached: boolean }
  /** Opens the choice of what to attach. */
  | { readonly type: 'attach' }
  | { readonly type: 'detach'; readonly id: string }
  /** Files were dropped on the panel; none when the page was not given their addresses. */
  | { readonly type: 'dropped'; readonly uris: readonly string[] }
  /** Shows the next question's prompt, as the model will see it, in an editor. */
  | { readonly type: 'openPrompt' }
  | { readonly type: 'action'; readonly action: PanelAction; readonly turnId?: string }
  /** With `block` (0-based index of a fenced block in the answer) only that block. */
  | { readonly type: 'insert'; readonly turnId: string; readonly block?: number }
  | { readonly type: 'replace'; readonly turnId: string; readonly block?: number }
  | { readonly type: 'copy'; readonly turnId: string; readonly block?: number; readonly withThought?: boolean }
  /** Puts on the clipboard what is shown: a formula as LaTeX or MathML, a table as Markdown, code of a thought. */
  | { readonly type: 'copyText'; readonly text: string }
  /** Opens code in a new document. `language` as the model named it; empty for none. */
  | { readonly type: 'openAsEditor'; readonly text: string; readonly language: string }
  /** Asks an earlier question anew with other words: a branch beside it. */
  | { readonly type: 'editQuestion'; readonly turnId: string; readonly text: string }
  /** Shows the branch that this turn begins. */
  | { readonly type: 'selectBranch'; readonly turnId: string }
  | { readonly type: 'deleteTurn'; readonly turnId: string }
  /** A new conversation with the turns up to this one. */
  | { readonly type: 'forkConversation'; readonly turnId: string }
  /** Replaces the thought and lets the model go on from it. */
  | { readonly type: 'editThought'; readonly turnId: string; readonly thought: string }
  /** Writes a conversation as Markdown into a file that the user chooses. */
  | { readonly type: 'exportConversation'; readonly id: string }
  /** Puts a conversation as Markdown on the clipboard. */
  | { readonly type: 'copyConversation'; readonly id: string; readonly withThoughts: boolean }
  /** The page that asks gets `history`. */
  | { readonly type: 'listHistory'; readonly query: string }
  | { readonly type: 'openConversation'; readonly id: string }
  | { readonly type: 'renameConversation'; readonly id: string; readonly title: string }
  | { readonly type: 'pinConversation'; readonly id: string; readonly pinned: boolean }
  | { readonly type: 'deleteConversation'; readonly id: string }
  /** Opens the place that the question is about, or the one of an attachment (its index among the question's, Lemma's own choice behind them). */
  | { readonly type: 'reveal'; readonly turnId: string; readonly attachment?: number }
  /** A link in the model's text; the host asks before it opens anything. */
  | { readonly type: 'openLink'; readonly href: string }
  /** Which of these paths, as a text names them, are files? At most 100; the page that asks gets `places`. */
  | { readonly type: 'findPlaces'; readonly paths: readonly string[] }
  /** Line and column from 1. The host looks for the file anew. */
  | { readonly type: 'openPlace'; readonly turnId: string; readonly path: string; readonly line?: number; readonly column?: number }
  | { readonly type: 'habits'; readonly habits: ReadingHabits }
  /** How long thoughts may be from now on: one of what was offered. */
  | { readonly type: 'thinkingBudget'; readonly tokens: number }
  /** How many times the next questions are answered. */
  | { readonly type: 'chooseSamples'; readonly samples: number }
  | { readonly type: 'focus'; readonly focused: boolean }
  /** Escape, where there is nothing to close and nothing to stop: the cursor goes back to the editor. */
  | { readonly type: 'focusEditor' }
  | { readonly type: 'error'; readonly message: string }
  /** First paint after `state`, for the benchmark and the tests. */
  | { readonly type: 'painted'; readonly eventCount: number };

export type { Conversation, Range, Turn };

const panelToHostTypes: ReadonlySet<string> = new Set<PanelToHost['type']>([
  'editQuestion',
  'selectBranch',
  'deleteTurn',
  'forkConversation',
  'editThought',
  'exportConversation',
  'copyConversation',
  'listHistory',
  'openConversation',
  'renameConversation',
  'pinConversation',
  'deleteConversation',
  'ready',
  'send',
  'draft',
  'attachSelection',
  'attach',
  'detach',
  'dropped',
  'openPrompt',
  'action',
  'insert',
  'replace',
  'copy',
  'copyText',
  'openAsEditor',
  'reveal',
  'openLink',
  'findPlaces',
  'openPlace',
  'habits',
  'thinkingBudget',
  'focus',
  'focusEditor',
  'error',
  'painted',
]);

/** The message as typed, or undefined for anything a panel of this version cannot have sent. */
export function asPanelToHost(message: unknown): PanelToHost | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type } = message as { type?: unknown };
  return typeof type === 'string' && panelToHostTypes.has(type) ? (message as PanelToHost) : undefined;
}
