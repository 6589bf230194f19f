/**
 * What can be done with the formulas, tables and code that the model wrote: the buttons of their boxes and the menu by
 * right click or Shift+F10. One listener for the whole log; a formula costs nothing until it is asked for.
 */
import { placeMentions } from '../../src/core/placeMentions.ts';
import type { PanelToHost } from '../../src/shared/panelProtocol.ts';
import { mathMl } from '../render/math.ts';
import type { SlotAction } from '../render/slotButton.ts';
import { bareLatex, slotOf } from '../render/slots.ts';
import { LemmaAnswer } from './answer.ts';
import { pieceOf, visit, walk } from './browse.ts';
import type { PanelContext } from './element.ts';
import type { LemmaMenu, MenuItem } from './menu.ts';

export interface PieceHost {
  readonly context: PanelContext;
  readonly menu: LemmaMenu | null;
  /** Said by the polite region for a moment; `button` shows it as its title. */
  sayCopied(button?: HTMLElement): void;
  /** Does something that changes heights, with the element staying where it is in sight. */
  keepInPlace(element: HTMLElement, change: () => void): void;
}

/** Told to the panel, which keeps it over reloads: lines of code are wrapped, or not. */
export type WrapEvent = CustomEvent<boolean>;

export class Pieces {
  private readonly host: PieceHost;

  constructor(host: PieceHost) {
    this.host = host;
  }

  /** @returns the click was on a link to a place, or a button of a code box or table */
  click(target: Element): boolean {
    const link = target.closest<HTMLElement>('[data-place]');
    if (link) return this.openPlace(link);
    const button = target.closest<HTMLElement>('[data-do]');
    const piece = pieceOf(button);
    if (!button || !piece) return false;
    switch (button.dataset.do as SlotAction) {
      case 'insert':
      case 'replace':
        this.edit(button.dataset.do as 'insert' | 'replace', piece);
        break;
      case 'copy':
        this.copyCode(piece);
        this.host.sayCopied(button);
        break;
      case 'copyTable':
        this.copyTable(piece, button);
        break;
      case 'openAsEditor':
        this.openAsEditor(piece);
        break;
      case 'wrap':
        this.wrap(button);
    }
    return true;
  }

  readonly onContextMenu = (event: MouseEvent): void => {
    if (selectionTouches(event.target)) return;
    if (this.openMenu(event.target, new DOMRect(event.clientX, event.clientY, 0, 0))) event.preventDefault();
  };

  /** Arrows walk from piece to piece; Shift+F10 and the menu key open the menu. @returns the key was one of these */
  key(event: KeyboardEvent): boolean {
    const { key, shiftKey, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (key === 'Enter') return target instanceof HTMLElement && target.matches('[data-place]') && this.openPlace(target);
    if ((key === 'F10' && shiftKey) || key === 'ContextMenu') {
      return target instanceof Element && this.openMenu(target, target.getBoundingClientRect());
    }
    if (shiftKey) return false;
    return (key === 'ArrowRight' && walk(target, 1, this.nameOf)) || (key === 'ArrowLeft' && walk(target, -1, this.nameOf));
  }

  private openMenu(target: EventTarget | null, at: DOMRect): boolean {
    const piece = pieceOf(target);
    const { menu } = this.host;
    if (!piece || !menu || (target instanceof Element && target.closest('button'))) return false;
    const items = this.items(piece);
    if (items.length === 0) return false;
    const focused = document.activeElement;
    menu.openAt(at, this.nameOf(piece), items, () => {
      if (piece.contains(focused)) visit(piece, this.nameOf(piece));
      else if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    });
    return true;
  }

  private items(piece: HTMLElement): MenuItem[] {
    const { strings } = this.host.context;
    const slot = slotOf.get(piece);
    const table = piece.closest<HTMLElement>('.tablebox');
    const copyTable: MenuItem[] = table ? [{ label: strings.copyMarkdown, onPick: () => this.copyTable(table) }] : [];
    if (slot?.kind === 'table') return copyTable;
    if (slot?.kind === 'code') return this.codeItems(piece);
    if (slot?.kind !== 'formula' || !slot.closed) return [];
    const mathml = mathMl(slot);
    return [
      { label: strings.copyLatex, onPick: () => this.copy(bareLatex(slot.raw)) },
      { label: strings.copyMathml, disabled: mathml === undefined, onPick: () => this.copy(mathml ?? '') },
      ...copyTable.map((item) => ({ ...item, label: strings.copyTable, startsGroup: true })),
    ];
  }

  /** What the header of the box offers, in the same order. Code by indentation has no header. */
  private codeItems(box: HTMLElement): MenuItem[] {
    const { strings } = this.host.context;
    const buttons = [...box.querySelectorAll<HTMLElement>(':scope > header > button')];
    if (buttons.length === 0) {
      return [
        { label: strings.copyCode, onPick: () => this.copyCode(box) },
        { label: strings.openAsEditor, onPick: () => this.openAsEditor(box) },
      ];
    }
    return buttons
      .filter((button) => button.checkVisibility({ visibilityProperty: true }))
      .map((button) => ({
        label: button.getAttribute('aria-label') ?? '',
        ...(button.ariaPressed === 'true' ? { icon: 'check' } : {}),
        startsGroup: button.dataset.do === 'openAsEditor',
        onPick: () => button.click(),
      }));
  }

  private readonly nameOf = (piece: HTMLElement): string => {
    const { formula, table, code } = this.host.context.strings;
    const kind = slotOf.get(piece)?.kind;
    return kind === 'code' ? code : kind === 'table' ? table : formula;
  };

  private post(message: PanelToHost): void {
    this.host.context.post(message);
  }

  private copy(text: string, button?: HTMLElement): void {
    this.post({ type: 'copyText', text });
    this.host.sayCopied(button);
  }

  private copyTable(table: HTMLElement, button?: HTMLElement): void {
    const slot = slotOf.get(table);
    if (slot?.kind === 'table') this.copy(slot.raw.trim(), button);
  }

  /** Of an answer the host copies what it would insert; in a thought there is nothing that it would. */
  private copyCode(box: HTMLElement): void {
    const target = blockOf(box);
    const slot = slotOf.get(box);
    if (target) this.post({ type: 'copy', ...target });
    else if (slot?.kind === 'code') this.post({ type: 'copyText', text: slot.text });
  }

  private edit(type: 'insert' | 'replace', box: HTMLElement): void {
    const target = blockOf(box);
    if (target) this.post({ type, ...target });
  }

  private openPlace(link: HTMLElement): boolean {
    const { place = '' } = link.dataset;
    const mention = placeMentions(place, true).find(({ start, end }) => start === 0 && end === place.length);
    const turnId = link.closest<HTMLElement>('[data-turn]')?.dataset.turn;
    if (!mention || turnId === undefined) return false;
    const { path, line, column } = mention;
    this.post({ type: 'openPlace', turnId, path, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) });
    return true;
  }

  private openAsEditor(box: HTMLElement): void {
    const slot = slotOf.get(box);
    if (slot?.kind === 'code') this.post({ type: 'openAsEditor', text: slot.text, language: slot.language });
  }

  /** The button stays under the pointer, whatever the boxes above it do. */
  private wrap(button: HTMLElement): void {
    this.host.keepInPlace(button, () => {
      button.dispatchEvent(new CustomEvent('lemma-wrap', { detail: button.ariaPressed !== 'true', bubbles: true }) satisfies WrapEvent);
    });
  }
}

/** A fenced block of an answer, as the host counts them. */
function blockOf(box: Element): { readonly turnId: string; readonly block: number } | undefined {
  const answer = box.closest('lemma-answer');
  if (!(answer instanceof LemmaAnswer) || !box.matches('.fenced')) return undefined;
  return { turnId: answer.turnId, block: answer.blockIndex(box) };
}

/** Selected text has VS Code's own menu, with Copy. */
function selectionTouches(target: EventTarget | null): boolean {
  const selection = window.getSelection();
  return selection !== null && !selection.isCollapsed && target instanceof Node && selection.containsNode(target, true);
}
