/**
 * What only the panel knows and a reload must not lose: the draft, which thoughts are open, where the reader is.
 * Kept by `setState`, so it survives hiding, moving and reloading of the view.
 */
import type { VsCodeApi } from './vscodeApi.ts';

/** As the user left it; turns that are not listed follow the rule of their phase. */
export type Fold = 'open' | 'closed';

export interface Memory {
  readonly conversationId: string;
  readonly draft: string;
  readonly folds: Readonly<Record<string, Fold>>;
  /** Pixels from the log's top; `atEnd` follows the text instead. */
  readonly scroll: { readonly top: number; readonly atEnd: boolean };
}

export const emptyMemory: Memory = { conversationId: '', draft: '', folds: {}, scroll: { top: 0, atEnd: true } };

/** The remembered state, with defaults for whatever an earlier version did not write. */
export function recall(api: VsCodeApi): Memory {
  const saved = api.getState();
  return typeof saved === 'object' && saved !== null ? { ...emptyMemory, ...(saved as Partial<Memory>) } : emptyMemory;
}

export function remember(api: VsCodeApi, memory: Memory): void {
  api.setState(memory);
}
