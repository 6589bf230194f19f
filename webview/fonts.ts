import type { PanelFonts } from '../src/shared/panelProtocol.ts';

/** The style variable that each font setting is put into; `styles/1-base.css` says what they are without it. */
const variables: Readonly<Record<keyof PanelFonts, string>> = {
  family: '--lm-chat-family',
  size: '--lm-chat-fs',
  codeFamily: '--lm-mono',
  codeSize: '--lm-code-fs',
  codeWeight: '--vscode-editor-font-weight',
  codeLigatures: '--lm-ligatures',
};

/** Gives the panel the user's own fonts. A style property is no inline style, so the strict CSP has nothing against it. */
export function applyFonts(root: HTMLElement, fonts: PanelFonts): void {
  for (const [name, variable] of Object.entries(variables)) {
    const value = fonts[name as keyof PanelFonts];
    if (value === undefined) root.style.removeProperty(variable);
    else root.style.setProperty(variable, typeof value === 'number' ? `${value}px` : value);
  }
}
