import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { formatCount } from '../../src/core/format.ts';
import { searchPattern } from '../../src/core/textSearch.ts';
import type { HistoryItem, HistoryList } from '../../src/shared/panelProtocol.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import { historyGroups } from '../history.ts';
import type { HistoryGroup } from '../history.ts';
import { icon } from '../icons.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';
import { historyRow, rowMenu } from './historyRow.ts';
import type { RowActions } from './historyRow.ts';
import type { LemmaMenu } from './menu.ts';
import { iconButton } from './pushButton.ts';

/** What is searched for has changed; the panel keeps it and asks for the list. */
export type HistoryQueryEvent = CustomEvent<string>;

/** Where the focus was in the list, to be found again when the list is another one. */
interface Place {
  readonly id: string;
  /** Of the row among all. */
  readonly index: number;
  /** Of the button in its row; -1 for what is no button. */
  readonly button: number;
}

/**
 * The list of conversations, in the place of the conversation. It is a grid with one stop of the Tab key: Up and Down
 * go through the rows, Left and Right through what can be done with one, Enter opens, F2 renames, Delete deletes,
 * Shift+F10 opens the menu, and Escape goes back.
 */
export class LemmaHistory extends PanelElement {
  static override properties = {
    context: { attribute: false },
    list: { attribute: false },
    query: { attribute: false },
    menu: { attribute: false },
    onCopied: { attribute: false },
    stopId: { state: true },
    renamingId: { state: true },
  };
  declare context: PanelContext;
  /** Undefined until the host has answered. */
  declare list: HistoryList | undefined;
  /** What is searched for, which the list may not know yet. */
  declare query: string;
  declare menu: () => LemmaMenu | null;
  declare onCopied: () => void;
  /** Row that the Tab key stops at. */
  declare stopId: string;
  declare renamingId: string;
  private place: Place | undefined;

  constructor() {
    super();
    this.query = '';
    this.stopId = '';
    this.renamingId = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('keydown', this.onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.onKey);
  }

  /** Puts the cursor into the search field. */
  async focusSearch(): Promise<void> {
    await this.updateComplete;
    const input = this.querySelector<HTMLInputElement>('.field input');
    input?.focus();
    input?.select();
  }

  /** Puts the focus back into the list. */
  focusRow(): void {
    const row = this.openButtons.find(({ tabIndex }) => tabIndex === 0);
    if (row) row.focus();
    else void this.focusSearch();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const items = this.list?.items ?? [];
    if (changed.has('list') && !items.some(({ id }) => id === this.stopId)) this.stopId = '';
    this.place = this.focusedPlace();
  }

  protected override render(): TemplateResult {
    const { context, list, query } = this;
    const { strings } = context;
    const found = list?.items.length ?? 0;
    return html`<div class="head" role="search">
        ${iconButton('arrow-left', strings.backToConversation, this.leave)}
        <div class="field">
          ${icon('search')}
          <input
            type="text"
            spellcheck="false"
            aria-label=${strings.searchConversations}
            placeholder=${strings.searchConversations}
            .value=${query}
            @input=${this.onInput}
          />
          <span class="muted small num" role="status"
            >${list && list.query !== '' ? fill(strings.conversationsFound, formatCount(found, context.locale)) : nothing}</span
          >
        </div>
      </div>
      ${list ? this.found(list) : nothing}`;
  }

  private found(list: HistoryList): TemplateResult {
    const { strings } = this.context;
    const damaged = list.damaged === '' ? nothing : html`<p class="remark small muted">${list.damaged}</p>`;
    if (list.items.length > 0) {
      const groups = historyGroups(list.items, Date.now());
      return html`<div
          class="list"
          role="grid"
          aria-label=${strings.conversations}
          @focusin=${this.onFocus}
          @contextmenu=${this.onContextMenu}
        >
          ${groups.map((group) => this.group(group, list))}
        </div>
        ${damaged}`;
    }
    if (list.query === '')
      return html`<p class="remark">${strings.conversationsEmpty}</p>
        ${damaged}`;
    return html`<p class="remark">
        ${fill(strings.conversationsNone, list.query)}
        <button type="button" class="link" @click=${this.clear}>${strings.clearSearch}</button>
      </p>
      ${damaged}`;
  }

  private group({ key, items }: HistoryGroup, { query, items: all }: HistoryList): TemplateResult {
    const { strings } = this.context;
    const pattern = searchPattern(query);
    const now = Date.now();
    const stop = this.stopId === '' ? (all.find(({ current }) => current) ?? all[0])?.id : this.stopId;
    return html`<div role="rowgroup" aria-labelledby="lemma-group-${key}">
      <div class="group" id="lemma-group-${key}">${strings[key]}</div>
      ${repeat(
        items,
        ({ id }) => id,
        (item) =>
          historyRow(
            { item, pattern, now, stop: item.id === stop, renaming: item.id === this.renamingId },
            this.actionsOf(item),
            this.context,
          ),
      )}
    </div>`;
  }

  private actionsOf(item: HistoryItem): RowActions {
    const { id } = item;
    return {
      open: () => this.context.post({ type: 'openConversation', id }),
      rename: () => void this.rename(id),
      more: (at) => this.openMenu(item, at.getBoundingClientRect()),
    };
  }

  protected override updated(): void {
    // A row is renamed, goes to another group or goes away: the focus stays at its place.
    const { place } = this;
    this.place = undefined;
    if (!place || document.activeElement !== document.body || !document.hasFocus()) return;
    const rows = this.rows;
    const row = rows.find(({ dataset }) => dataset.id === place.id) ?? rows[Math.min(place.index, rows.length - 1)];
    if (!row) return void this.focusSearch();
    // The row itself first: what can be done with it is shown with the focus in it.
    row.querySelector<HTMLElement>('.open')?.focus();
    if (row.dataset.id === place.id && place.button > 0) row.querySelectorAll('button')[place.button]?.focus();
  }

  private get rows(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('.item')];
  }

  private get openButtons(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('.open')];
  }

  private focusedPlace(): Place | undefined {
    const focused = document.activeElement;
    const row = focused?.closest<HTMLElement>('.item');
    if (!focused || !row || !this.contains(row)) return undefined;
    const buttons: Element[] = [...row.querySelectorAll('button')];
    return { id: row.dataset.id ?? '', index: this.rows.indexOf(row), button: buttons.indexOf(focused) };
  }

  private itemOf(target: EventTarget | null): HistoryItem | undefined {
    const id = target instanceof Element ? target.closest<HTMLElement>('.item')?.dataset.id : undefined;
    return this.list?.items.find((item) => item.id === id);
  }

  private readonly leave = (): void => {
    this.dispatchEvent(new CustomEvent('lemma-history-close', { bubbles: true }));
  };

  private search(query: string): void {
    this.query = query;
    this.dispatchEvent(new CustomEvent('lemma-history-query', { detail: query, bubbles: true }) satisfies HistoryQueryEvent);
  }

  private readonly clear = (): void => {
    this.search('');
    void this.focusSearch();
  };

  private readonly onInput = (event: Event): void => this.search((event.target as HTMLInputElement).value);

  private readonly onFocus = (event: FocusEvent): void => {
    this.stopId = this.itemOf(event.target)?.id ?? this.stopId;
  };

  private readonly onContextMenu = (event: MouseEvent): void => {
    const item = this.itemOf(event.target);
    if (!item || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    this.openMenu(item, new DOMRect(event.clientX, event.clientY, 0, 0));
  };

  private openMenu(item: HistoryItem, at: DOMRect): void {
    const focusRow = (): void => this.querySelector<HTMLElement>(`.item[data-id="${item.id}"] .open`)?.focus();
    const items = rowMenu(item, this.actionsOf(item), this.context, this.onCopied);
    this.menu()?.openAt(at, this.context.strings.moreActions, items, focusRow);
  }

  private async rename(id: string): Promise<void> {
    this.renamingId = id;
    await this.updateComplete;
    const input = this.querySelector<HTMLInputElement>('.rename');
    if (!input) return;
    input.addEventListener('blur', () => this.endRename(input.value), { once: true });
    input.focus();
    input.select();
  }

  /** @param title absent: it stays as it was */
  private endRename(title?: string): void {
    const id = this.renamingId;
    if (id === '') return;
    this.renamingId = '';
    const before = this.list?.items.find((item) => item.id === id)?.title;
    if (title !== undefined && title.trim() !== before) this.context.post({ type: 'renameConversation', id, title: title.trim() });
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.isComposing || event.defaultPrevented) return;
    const { target } = event;
    const handled =
      target instanceof HTMLInputElement
        ? target.matches('.rename')
          ? this.renameKey(event, target)
          : this.fieldKey(event)
        : this.rowKey(event);
    if (!handled) return;
    event.preventDefault();
    // Neither the panel nor the workbench has a use for it: Escape would stop a turn that runs.
    event.stopPropagation();
  };

  private renameKey({ key }: KeyboardEvent, input: HTMLInputElement): boolean {
    if (key !== 'Enter' && key !== 'Escape') return false;
    this.endRename(key === 'Enter' ? input.value : undefined);
    return true;
  }

  /** Escape empties the field before it leaves the list. */
  private fieldKey({ key }: KeyboardEvent): boolean {
    if (key === 'Escape' && this.query !== '') this.search('');
    else if (key === 'Escape') this.leave();
    else if (key === 'ArrowDown' || key === 'Enter') this.openButtons[0]?.focus();
    else return false;
    return true;
  }

  private rowKey(event: KeyboardEvent): boolean {
    const { key, shiftKey, ctrlKey, altKey, metaKey, target } = event;
    if (key === 'Escape') {
      this.leave();
      return true;
    }
    const item = this.itemOf(target);
    const row = target instanceof Element ? target.closest<HTMLElement>('.item') : null;
    if (!item || !row || ctrlKey || altKey || metaKey) return false;
    if ((key === 'F10' && shiftKey) || key === 'ContextMenu') this.openMenu(item, row.getBoundingClientRect());
    else if (shiftKey) return false;
    else if (key === 'F2') void this.rename(item.id);
    else if (key === 'Delete') {
      // Held down it would go through the whole list.
      if (!event.repeat) this.context.post({ type: 'deleteConversation', id: item.id });
    } else return this.move(key, row, target);
    return true;
  }

  private move(key: string, row: HTMLElement, target: EventTarget | null): boolean {
    const { openButtons, rows } = this;
    const at = rows.indexOf(row);
    if (key === 'ArrowUp' && at === 0) {
      void this.focusSearch();
      return true;
    }
    const to = { ArrowUp: at - 1, ArrowDown: Math.min(at + 1, rows.length - 1), Home: 0, End: rows.length - 1 }[key];
    if (to !== undefined) {
      openButtons[to]?.focus();
      return true;
    }
    if (key !== 'ArrowLeft' && key !== 'ArrowRight') return false;
    const buttons = [...row.querySelectorAll<HTMLElement>('button')].filter((each) => each.checkVisibility());
    buttons[buttons.indexOf(target as HTMLElement) + (key === 'ArrowRight' ? 1 : -1)]?.focus();
    return true;
  }
}

customElements.define('lemma-history', LemmaHistory);
