/** One conversation of the list: what it is called, where its time goes, and what can be done with it. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { markedParts } from '../../src/core/textSearch.ts';
import type { HistoryItem } from '../../src/shared/panelProtocol.ts';
import { historyTime } from '../history.ts';
import { icon } from '../icons.ts';
import type { PanelContext } from './element.ts';
import type { MenuItem } from './menu.ts';

/** What can be done with a conversation. */
export interface RowActions {
  readonly open: () => void;
  readonly rename: () => void;
  /** Opens the menu at an element. */
  readonly more: (at: Element) => void;
}

export interface Row {
  readonly item: HistoryItem;
  /** It is the one of the list that the Tab key stops at. */
  readonly stop: boolean;
  /** Its title is being edited. */
  readonly renaming: boolean;
  /** What was searched for. */
  readonly pattern: readonly RegExp[] | undefined;
  readonly now: number;
}

export function historyRow(row: Row, actions: RowActions, context: PanelContext): TemplateResult {
  const { item, stop, renaming } = row;
  return html`<div role="row" class="item" data-id=${item.id} aria-selected=${item.current}>
    ${icon(rowIcon(item))}
    <span role="gridcell" class="what">
      ${
        renaming
          ? html`<input
              type="text"
              class="rename"
              aria-label=${context.strings.renameHint}
              title=${context.strings.renameHint}
              .value=${item.title}
              spellcheck="false"
            />`
          : html`<button
              type="button"
              class="open"
              tabindex=${stop ? 0 : -1}
              aria-current=${item.current ? 'true' : nothing}
              title=${item.title}
              @click=${actions.open}
            >
              ${marked(item.title === '' ? context.strings.untitled : item.title, row)}
            </button>`
      }
      <small class="muted" title=${about(item)}>${details(row)}</small>
    </span>
    <span role="gridcell" class="end-col">
      <span class="time muted small num">${historyTime(item.changedAt, row.now, context.locale)}</span>
      ${renaming ? nothing : rowButtons(item, actions, context)}
    </span>
  </div>`;
}

function rowIcon({ pinned, running, elsewhere }: HistoryItem): string {
  if (running) return 'loading';
  if (elsewhere) return 'multiple-windows';
  return pinned ? 'pinned' : 'comment-discussion';
}

function details(row: Row): (string | TemplateResult)[] {
  const { excerpt } = row.item;
  const before = about(row.item);
  return excerpt === undefined ? [before] : [`${before} · `, ...marked(excerpt, row)];
}

/** «scan.cpp · 1 question, open in another window» */
function about({ detail, state }: HistoryItem): string {
  return [detail, state].filter((part) => part !== '').join(', ');
}

function marked(text: string, { pattern }: Row): (string | TemplateResult)[] {
  return markedParts(text, pattern).map((part) => (part.found ? html`<mark>${part.text}</mark>` : part.text));
}

/** Reached from the row by Right, as what a row holds is in a grid. */
function rowButtons(item: HistoryItem, { rename, more }: RowActions, { strings, post }: PanelContext): TemplateResult {
  const { id, pinned } = item;
  const pin = (): void => post({ type: 'pinConversation', id, pinned: !pinned });
  return html`<span class="acts">
    ${rowButton(pinned ? 'pinned' : 'pin', pinned ? strings.unpin : strings.pin, pin)}${rowButton('edit', strings.rename, rename)}${rowButton(
      'trash',
      strings.delete,
      () => post({ type: 'deleteConversation', id }),
    )}${rowButton('ellipsis', strings.moreActions, more, true)}
  </span>`;
}

function rowButton(name: string, label: string, onClick: (at: Element) => void, opensMenu = false): TemplateResult {
  return html`<button
    type="button"
    class="icon ${opensMenu ? 'more' : ''}"
    tabindex="-1"
    aria-label=${label}
    title=${label}
    aria-haspopup=${opensMenu ? 'menu' : nothing}
    @click=${(event: Event) => onClick(event.currentTarget as Element)}
  >
    ${icon(name)}
  </button>`;
}

/** Everything that can be done with the conversation, by name. */
export function rowMenu(item: HistoryItem, { open, rename }: RowActions, { strings, post }: PanelContext, copied: () => void): MenuItem[] {
  const { id, pinned, hasThoughts } = item;
  const copy = (withThoughts: boolean): void => {
    post({ type: 'copyConversation', id, withThoughts });
    copied();
  };
  return [
    { label: strings.openConversation, icon: 'comment-discussion', onPick: open },
    {
      label: pinned ? strings.unpin : strings.pin,
      icon: pinned ? 'pinned' : 'pin',
      startsGroup: true,
      onPick: () => post({ type: 'pinConversation', id, pinned: !pinned }),
    },
    { label: strings.rename, icon: 'edit', onPick: rename },
    { label: strings.delete, icon: 'trash', onPick: () => post({ type: 'deleteConversation', id }) },
    { label: strings.copyMarkdown, icon: 'copy', startsGroup: true, onPick: () => copy(false) },
    ...(hasThoughts ? [{ label: strings.copyWithThoughts, icon: 'copy', onPick: () => copy(true) }] : []),
    { label: strings.exportConversation, icon: 'export', onPick: () => post({ type: 'exportConversation', id }) },
  ];
}
