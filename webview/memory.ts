/**
 * What only the panel knows and a reload must not lose: the draft, which thoughts are open, where the reader is.
 * Kept by `setState`, so it survives hiding, moving and reloading of the view.
 */
import type { Conversation } from '../src/core/conversation.ts';
import { allTurns } from '../src/core/conversation.ts';
import type { EditedPart } from './components/textEdit.ts';
import type { VsCodeApi } from './vscodeApi.ts';

/**
 * Where the reader is: a block of text by its index and the pixels from the log's top edge to the block's own. Pixels
 * from the beginning would not do, since what is out of sight has no exact height until it is seen.
 */
export interface ReadingPlace {
  readonly turnId: string;
  /** `turn`: no text is at the edge, so it is the turn itself. */
  readonly part: 'answer' | 'thought' | 'turn';
  readonly block: number;
  readonly offset: number;
}

/** As the user left it; turns that are not listed follow the rule of their phase. */
export type Fold = 'open' | 'preview' | 'closed';

/** Texts that are being edited, each by its turn. */
export type Edits = Readonly<Record<EditedPart, Readonly<Record<string, string>>>>;

export interface ShownHistory {
  readonly query: string;
  /** The last turn when the list was opened: a question that is asked later is what the reader wants to see. */
  readonly turnId?: string;
}

export interface Memory {
  readonly conversationId: string;
  readonly draft: string;
  readonly folds: Readonly<Record<string, Fold>>;
  /** How thoughts of later turns begin, in any conversation. The host keeps this and the next one for all windows. */
  readonly nextFold: Fold;
  /** Long lines of code are wrapped, in any conversation. */
  readonly wrapCode: boolean;
  /** Turns of which the thought's contents are shown. */
  readonly contents: readonly string[];
  /** Questions and thoughts that are being edited, by turn. */
  readonly edits: Edits;
  /** The list of conversations is shown, with what is searched for in it. */
  readonly history?: ShownHistory;
  /** `atEnd` follows the text; else `place` is returned to, or in an empty log, `top` in pixels. */
  readonly scroll: { readonly top: number; readonly atEnd: boolean; readonly place?: ReadingPlace };
}

export const emptyMemory: Memory = {
  conversationId: '',
  draft: '',
  folds: {},
  nextFold: 'preview',
  wrapCode: false,
  contents: [],
  edits: { question: {}, thought: {} },
  scroll: { top: 0, atEnd: true },
};

/** The remembered state, with defaults for whatever an earlier version did not write. */
export function recall(api: VsCodeApi): Memory {
  const saved = api.getState();
  return typeof saved === 'object' && saved !== null ? { ...emptyMemory, ...(saved as Partial<Memory>) } : emptyMemory;
}

export function remember(api: VsCodeApi, memory: Memory): void {
  api.setState(memory);
}

/**
 * The edits without those that were sent. The editor may lose the last change of what it remembers, and would bring
 * back an edit that is over: another version of its turn has the text.
 */
export function withoutSent(edits: Edits, conversation: Conversation | undefined): Edits {
  const turns = conversation ? allTurns(conversation) : [];
  const kept = (part: EditedPart, isSent: (turn: (typeof turns)[number], text: string) => boolean): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(edits[part]).filter(([id, text]) => {
        const edited = turns.find(({ question }) => question.id === id);
        return !edited || !turns.some((turn) => turn.question.id !== id && turn.askedAt > edited.askedAt && isSent(turn, text));
      }),
    );
  return {
    question: kept('question', ({ question }, text) => text !== '' && question.text === text),
    thought: kept('thought', ({ thought }, text) => text.trim() !== '' && thought.startsWith(text)),
  };
}
