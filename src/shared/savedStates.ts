/**
 * Where the inference process keeps what the context remembered of a conversation, so that it need not be evaluated again
 * (docs/design/0025-saved-states.md). The process writes and reads the files; the host knows their names, so that a
 * conversation that is deleted takes its state along also while no process runs.
 */

/** The folder of the states, and how much may lie in it. */
export interface SavedStates {
  /** For states alone. */
  readonly folder: string;
  /** Of all states together, bytes; 0: none is kept, and those that are there are removed. */
  readonly mostBytes: number;
}

/** Of whose conversation a request is, as it says that; nothing where none is open. */
export function ofConversation(conversation: { readonly id: string } | undefined): { readonly conversation?: string } {
  return conversation ? { conversation: conversation.id } : {};
}

/** What the files are called: `CONVERSATION.KEY.ENDING`. `header` is JSON, `state` the engine's own format, `unfinished` being written. */
export const stateEndings = { header: 'json', state: 'state', unfinished: 'new' } as const;

/** Whether a conversation's id can be a part of a file's name. Lemma's own are UUIDs. */
export function canNameState(conversation: string): boolean {
  return /^[\w-]{1,100}$/.test(conversation);
}

/** Whether a file of the folder belongs to the conversation. @param name without its folder */
export function isStateOf(conversation: string, name: string): boolean {
  return name.startsWith(`${conversation}.`);
}
