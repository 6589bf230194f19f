/** Sentences with ways on: how a turn ended, the panel's one notice, and the welcome of an empty conversation. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PanelAction, PanelButton, PanelDownload, PanelNote, SelectionOffer } from '../../src/shared/panelProtocol.ts';
import { icon } from '../icons.ts';
import type { PanelContext } from './element.ts';
import { iconButton, pushButton } from './pushButton.ts';

const toneClass = { info: '', warning: 'warn', error: 'err' } as const;

/** @param turnId the turn that the buttons are about @param leads the next sensible step is here, so one button may be filled */
export function endNote(note: PanelNote, turnId: string, context: PanelContext, leads = true): TemplateResult {
  const buttons = leads ? note.buttons : note.buttons.map((button) => ({ ...button, primary: false }));
  return html`<div class="end ${toneClass[note.tone]}" role=${note.tone === 'error' ? 'alert' : 'status'}>
    ${icon(note.icon)}
    <div>${note.text}${buttonRow(buttons, (action) => context.post({ type: 'action', action, turnId }))}</div>
  </div>`;
}

/** The one notice slot, above the status line. @param below stands between text and buttons */
export function notice(note: PanelNote, context: PanelContext, below: TemplateResult | typeof nothing = nothing): TemplateResult {
  const act = (action: PanelAction): void => context.post({ type: 'action', action });
  const dismissible = note.buttons.some((button) => button.action === 'dismissNotice');
  return html`<div class="notice ${toneClass[note.tone]}" role=${note.tone === 'error' ? 'alert' : 'status'}>
    ${icon(note.icon)}
    <div>
      ${note.text}${below}${buttonRow(
        note.buttons.filter((button) => button.action !== 'dismissNotice'),
        act,
      )}
    </div>
    ${dismissible ? iconButton('close', context.strings.dismiss, () => act('dismissNotice')) : nothing}
  </div>`;
}

/** A download, above the notice. Its numbers change several times a second, so they are no live text. */
export function downloadNotice(download: PanelDownload, context: PanelContext): TemplateResult {
  const act = (action: PanelAction): void => context.post({ type: 'action', action });
  const closable = download.buttons.some((button) => button.action === 'hideDownload');
  const label = context.strings.download;
  return html`<div class="notice download ${toneClass[download.tone]}" role="group" aria-label=${label}>
    ${icon(download.icon)}
    <div>
      ${download.text}
      ${
        download.fraction === undefined
          ? nothing
          : html`<progress max="1" value=${download.fraction ?? nothing} aria-label=${label}></progress>`
      }
      ${buttonRow(
        download.buttons.filter((button) => button.action !== 'hideDownload'),
        act,
      )}
    </div>
    ${closable ? iconButton('close', context.strings.dismiss, () => act('hideDownload')) : nothing}
  </div>`;
}

function buttonRow(buttons: readonly PanelButton[], act: (action: PanelAction) => void): TemplateResult | typeof nothing {
  if (buttons.length === 0) return nothing;
  return html`<div class="row">
    ${buttons.map(({ label, primary, action }) => pushButton({ label, primary, onClick: () => act(action) }))}
  </div>`;
}

const startIcons: Partial<Record<PanelAction, string>> = { solveSelection: 'symbol-operator', explainSelection: 'book' };

/** The empty conversation: what Lemma is for, and where to start. Each start names the text it would take. */
export function welcome(note: PanelNote, selection: SelectionOffer | undefined, context: PanelContext): TemplateResult {
  const act = (action: PanelAction): void => context.post({ type: 'action', action });
  const starts = note.buttons.filter((button) => startIcons[button.action] !== undefined);
  const others = note.buttons.filter((button) => startIcons[button.action] === undefined);
  return html`<div class="welcome">
    <p>${withKeys(note.text)}</p>
    ${buttonRow(others, act)}
    ${
      starts.length === 0
        ? nothing
        : html`<div class="list">
            ${starts.map(
              ({ label, action }) =>
                html`<button type="button" class="item" @click=${() => act(action)}>
                  ${icon(startIcons[action] ?? '')}
                  <span><b>${label}</b>${selection ? html`<small class="muted">${selection.label}</small>` : nothing}</span>
                </button>`,
            )}
          </div>`
    }
  </div>`;
}

/** Key chords in a sentence, such as `Ctrl+K L` or `⌘K L`, drawn as keys. */
function withKeys(text: string): (string | TemplateResult)[] {
  return text
    .split(/((?:(?:Ctrl|Cmd|Alt|Shift)\+|⌘)[A-Z](?: [A-Z]\b)?)/)
    .map((part, index) => (index % 2 === 1 ? html`<kbd>${part}</kbd>` : part));
}
