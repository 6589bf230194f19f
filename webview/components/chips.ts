/** Attachments as chips: in the composer each with a button that takes it away, on the question card each a link to its place. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { AttachmentKind } from '../../src/core/attachment.ts';
import { formatCount, formatTokensShort } from '../../src/core/format.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import { icon } from '../icons.ts';
import type { PanelContext } from './element.ts';
import { iconButton } from './pushButton.ts';

const icons: Readonly<Record<AttachmentKind, string>> = {
  selection: 'list-selection',
  file: 'file-code',
  symbol: 'symbol-method',
  problems: 'warning',
};

export interface Chip {
  readonly kind: AttachmentKind;
  readonly label: string;
  readonly title?: string;
  readonly tokens?: number | undefined;
  readonly estimated?: boolean;
  /** Lemma chose it, so that it is quieter than what the user did. */
  readonly automatic?: boolean;
  readonly onRemove?: () => void;
  readonly onOpen?: () => void;
}

export function chipRow(chips: readonly Chip[], context: PanelContext): TemplateResult | typeof nothing {
  if (chips.length === 0) return nothing;
  return html`<div class="chips" role="list" aria-label=${context.strings.attachments}>${chips.map((each) => chip(each, context))}</div>`;
}

function chip(
  { kind, label, title = label, tokens, estimated = false, automatic = false, onRemove, onOpen }: Chip,
  context: PanelContext,
): TemplateResult {
  const { strings, locale } = context;
  const short = tokens === undefined ? '' : `${estimated ? '~' : ''}${formatTokensShort(tokens, locale)}`;
  const count = formatCount(tokens ?? 0, locale);
  const hint = tokens === undefined ? title : `${title} · ${fill(strings.tokens, estimated ? fill(strings.about, count) : count)}`;
  return html`<span class="chip ${onRemove ? '' : 'fixed'} ${automatic ? 'automatic' : ''}" role="listitem" title=${hint}
    >${icon(icons[kind])}${
      onOpen
        ? html`<button type="button" class="link" aria-label=${fill(strings.openPlace, label)} @click=${onOpen}>${label}</button>`
        : html`<span>${label}</span>`
    }${short === '' ? nothing : html`<span class="num">${short}</span>`}${
      onRemove ? iconButton('close', fill(strings.removeAttachment, label), onRemove) : nothing
    }</span
  >`;
}
