/**
 * Every fixed wording of the panel, by key. The host fills them through `vscode.l10n` and sends them with `state`;
 * `{0}`, `{1}` are filled in by the panel with measured values.
 */
export const panelStringKeys = [
  'conversation',
  'question',
  'thought',
  'answer',
  'questionAndAnswer',
  'status',
  'formula',
  'code',
  'showAll',
  'showLess',
  'lines',
  'oneLine',
  'openPlace',
  'waitingForModel',
  'readingQuestion',
  'thinking',
  'thoughtFor',
  'thoughtTokens',
  'tokensOf',
  'tokens',
  'tokensPerSecond',
  'tokensRead',
  'insert',
  'replace',
  'copy',
  'copied',
  'copyCode',
  'insertAtCursor',
  'replaceSelection',
  'askAgain',
  'stop',
  'stopHint',
  'answerNow',
  'answerNowHint',
  'composerPlaceholder',
  'composerFollowUp',
  'composerNoModel',
  'askLemma',
  'send',
  'sendHint',
  'attachSelection',
  'removeAttachment',
  'attachments',
  'jumpToLatest',
  'liveReading',
  'liveThinking',
  'liveAnswering',
  'liveReady',
  'liveLoading',
  'liveStopped',
  'chooseModel',
  'openLink',
  'badFormula',
  'renderFailed',
  'dismiss',
  'seconds',
  'minutesSeconds',
  'minutes',
] as const;

export type PanelStringKey = (typeof panelStringKeys)[number];
export type PanelStrings = Readonly<Record<PanelStringKey, string>>;

/** Fills `{0}`, `{1}`, … as `vscode.l10n.t` does. */
export function fill(template: string, ...values: readonly (string | number)[]): string {
  return template.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}
