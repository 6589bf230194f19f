/** What the user wants done. `ask` is the chat box; its text is the instruction. */
export type Task = 'solve' | 'explain' | 'fix' | 'ask';
