/**
 * The standard controls, from `@vscode/webview-ui-toolkit`. This is the only module that imports it, so that its
 * successor can take its place here. Only what is used is registered: all of it is 292 KB minified, and its tag
 * and badge break a strict CSP.
 */
import { endProbe } from './focusVisibleProbe.ts';
import { provideVSCodeDesignSystem, vsCodeButton } from '@vscode/webview-ui-toolkit';

/** Registers `<vscode-button>`. Its look is in styles/3-controls.css, through its part `control`. */
export function registerControls(): void {
  endProbe();
  provideVSCodeDesignSystem().register(vsCodeButton());
}
