import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { icon } from '../icons.ts';

export interface PushButton {
  readonly label: string;
  /** Shorter label for narrow panels; the accessible name stays `label`. */
  readonly shortLabel?: string;
  readonly title?: string;
  readonly icon?: string;
  /** The one next sensible step. */
  readonly primary?: boolean;
  readonly small?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

/** A standard button of the toolkit. */
export function pushButton(button: PushButton): TemplateResult {
  const short = button.shortLabel;
  return html`<vscode-button
    class="btn ${button.primary === true ? 'primary' : ''} ${button.small === true ? 'small' : ''}"
    appearance=${button.primary === true ? 'primary' : 'secondary'}
    aria-label=${button.label}
    title=${button.title ?? nothing}
    ?disabled=${button.disabled === true}
    @click=${button.onClick}
    >${button.icon === undefined ? nothing : icon(button.icon, 'start')}${
      short === undefined || short === button.label
        ? button.label
        : html`<span class="narrow">${short}</span><span class="wide">${button.label}</span>`
    }</vscode-button
  >`;
}

/** A picture with a name; `text` is shown where the panel is wide enough. A disabled one keeps the focus that it has. */
export function iconButton(
  name: string,
  label: string,
  onClick: () => void,
  options: { readonly text?: string; readonly disabled?: boolean; readonly expanded?: boolean } = {},
): TemplateResult {
  const disabled = options.disabled === true;
  return html`<button
    type="button"
    class="icon"
    aria-label=${label}
    title=${label}
    aria-disabled=${disabled ? 'true' : nothing}
    aria-expanded=${options.expanded ?? nothing}
    @click=${disabled ? nothing : onClick}
  >
    ${icon(name)}${options.text === undefined ? nothing : html`<span class="t">${options.text}</span>`}
  </button>`;
}
