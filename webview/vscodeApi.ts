/** The webview's side of VS Code: one message port and a small state that outlives a reload of the page. */
import type { PanelToHost } from '../src/shared/panelProtocol.ts';

export interface VsCodeApi {
  postMessage(message: PanelToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare global {
  /** Given by VS Code; may be called once. */
  function acquireVsCodeApi(): VsCodeApi;
}
