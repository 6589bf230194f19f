import type { LemmaError } from '../core/errors.ts';
import type { ModelInfo } from './inferenceProtocol.ts';

/** Why a loaded model is loaded again: YaRN on or off, a context of another size, or a file that was replaced. */
export type LoadAgain = 'longInput' | 'shortInput' | 'context' | 'changed';

/** The one state of the model that status bar and panel both show. */
export type ModelState =
  /** No model file is configured; `server`: no server is. */
  | { readonly kind: 'notChosen'; readonly server?: true }
  /** Chosen, and loaded at the first question. `unloaded`: it was loaded, and why it is not any more. `server`: name and port of the server that is to answer. */
  | { readonly kind: 'notStarted'; readonly name: string; readonly server?: string; readonly unloaded?: 'idle' | 'asked' }
  /** `fraction` 0 to 1. `again`: it was loaded, and has to be in another way. */
  | { readonly kind: 'loading'; readonly name: string; readonly fraction: number; readonly server?: string; readonly again?: LoadAgain }
  | { readonly kind: 'ready'; readonly info: ModelInfo }
  | { readonly kind: 'busy'; readonly info: ModelInfo; readonly activity: 'reading' | 'thinking' | 'answering'; readonly sinceMs: number }
  | { readonly kind: 'failed'; readonly name: string; readonly error: LemmaError };
