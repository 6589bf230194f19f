/** Loaded at activation: keep it small. */
import * as vscode from 'vscode';

/** As in the activation events of the manifest. */
export const panelTabType = 'lemma.panelTab';

/** Whether a tab holds Lemma's panel, from whichever extension host. */
export function isPanelTab({ input }: vscode.Tab): boolean {
  // VS Code puts a prefix of its own before the type.
  return input instanceof vscode.TabInputWebview && input.viewType.endsWith(panelTabType);
}

/** Whether there is such a tab in this window. */
export function hasPanelTab(): boolean {
  return vscode.window.tabGroups.all.some((group) => group.tabs.some(isPanelTab));
}
