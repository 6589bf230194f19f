import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { icon } from '../icons.ts';
import { PanelElement } from './element.ts';

export interface MenuItem {
  readonly label: string;
  /** Codicon name, from the list in `webview/icons.ts`. */
  readonly icon?: string;
  readonly disabled?: boolean;
  /** It is one of several choices, and the one that holds or not. */
  readonly checked?: boolean;
  /** A line above it parts it from the items before. */
  readonly startsGroup?: boolean;
  readonly onPick: () => void;
}

/** Space between button and menu, and between menu and the panel's edge, in pixels. */
const gap = 2;

/** Where a menu opens, in pixels of the viewport: below or above it, its end at the right edge, or at a point. */
type Anchor = Pick<DOMRect, 'left' | 'right' | 'top' | 'bottom'>;

/**
 * An icon that opens a menu, or with `bare` a menu that opens at a place. It is drawn over the page, so that nothing moves for it and no scrolling box
 * cuts it off. Arrows, Home, End and first letters move in it; Escape closes it before anything else and gives the
 * focus back; so do a pick, a click elsewhere, Tab and scrolling.
 */
export class LemmaMenu extends PanelElement {
  static override properties = {
    label: { attribute: false },
    icon: { attribute: false },
    text: { attribute: false },
    hint: { attribute: false },
    items: { attribute: false },
    bare: { type: Boolean },
    open: { state: true },
  };
  /** Name of the button and of the menu. */
  declare label: string;
  declare icon: string;
  /** Beside the icon; empty for none. It has to be a part of the label. */
  declare text: string;
  /** What the menu is for, behind the label in the button's title. */
  declare hint: string;
  declare items: readonly MenuItem[];
  /** Without a button: `openAt` opens it. */
  declare bare: boolean;
  declare open: boolean;
  /** Where it opens, and what gives the focus back, when it was not opened by its button. */
  private opener: { readonly at: Anchor; readonly returnFocus: () => void } | undefined;
  /** Which item gets the focus when the menu opens. */
  private first: 'first' | 'last' = 'first';

  constructor() {
    super();
    this.icon = 'ellipsis';
    this.text = '';
    this.hint = '';
    this.items = [];
    this.bare = false;
    this.open = false;
  }

  /** @param returnFocus called when it closes by a pick, Escape or Tab */
  openAt(at: Anchor, label: string, items: readonly MenuItem[], returnFocus: () => void): void {
    this.label = label;
    this.items = items;
    this.opener = { at, returnFocus };
    this.show('first');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listen(false);
    this.open = false;
  }

  protected override render(): TemplateResult {
    return html`${this.bare ? nothing : this.button()}
    ${
      this.open
        ? html`<div
            class="menu"
            role="menu"
            aria-label=${this.label}
            popover="manual"
            @keydown=${this.onMenuKey}
            @focusout=${this.onFocusOut}
            @contextmenu=${preventDefault}
          >
            ${this.items.map(
              (item) =>
                html`${item.startsGroup === true ? html`<div class="rule" role="separator"></div>` : nothing}<button
                    type="button"
                    role=${item.checked === undefined ? 'menuitem' : 'menuitemradio'}
                    tabindex="-1"
                    aria-checked=${item.checked ?? nothing}
                    aria-disabled=${item.disabled === true ? 'true' : nothing}
                    @click=${() => this.pick(item)}
                    @pointerenter=${focusTarget}
                  >
                    ${markOf(item)}<span>${item.label}</span>
                  </button>`,
            )}
          </div>`
        : nothing
    }`;
  }

  private button(): TemplateResult {
    return html`<button
      type="button"
      class="icon"
      aria-haspopup="menu"
      aria-expanded=${this.open}
      aria-label=${this.label}
      title=${this.hint === '' ? this.label : `${this.label}. ${this.hint}`}
      @click=${this.toggle}
      @keydown=${this.onButtonKey}
    >
      ${icon(this.icon)}${this.text === '' ? nothing : html`<span class="text">${this.text}</span>`}
    </button>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('open')) return;
    this.listen(this.open);
    const menu = this.querySelector<HTMLElement>('.menu');
    if (!menu) return;
    if (!menu.matches(':popover-open')) menu.showPopover();
    this.place(menu);
    const chosen = this.items.findIndex(({ checked }) => checked === true);
    this.buttons.at(chosen >= 0 ? chosen : this.first === 'first' ? 0 : -1)?.focus({ preventScroll: true });
  }

  private get buttons(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[role^=menuitem]')];
  }

  /** Below the button, its end at the button's end, or begins at the place; above where there is no room. */
  private place(menu: HTMLElement): void {
    const anchor = this.opener?.at ?? this.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const wanted = this.opener ? anchor.left : anchor.right - width;
    const left = Math.max(gap, Math.min(wanted, window.innerWidth - width - gap));
    const fitsBelow = anchor.bottom + gap + height <= window.innerHeight;
    menu.style.left = `${left}px`;
    menu.style.top = `${fitsBelow ? anchor.bottom + gap : Math.max(gap, anchor.top - gap - height)}px`;
  }

  private readonly toggle = (): void => {
    this.opener = undefined;
    if (this.open) this.close(true);
    else this.show('first');
  };

  private show(first: 'first' | 'last'): void {
    this.first = first;
    this.open = true;
  }

  private close(returnFocus: boolean): void {
    if (!this.open) return;
    if (returnFocus && this.opener) this.opener.returnFocus();
    else if (returnFocus) this.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
    this.open = false;
  }

  private pick(item: MenuItem): void {
    if (item.disabled === true) return;
    this.close(true);
    item.onPick();
  }

  private readonly onButtonKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    if (event.altKey) return;
    event.preventDefault();
    this.show(event.key === 'ArrowDown' ? 'first' : 'last');
  };

  private readonly onMenuKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape' || event.key === 'Tab') {
      if (event.key === 'Escape') event.preventDefault();
      this.close(true);
      return;
    }
    const { buttons } = this;
    const next = nextIndex(buttons, buttons.indexOf(event.target as HTMLElement), event.key);
    if (next === undefined) return;
    event.preventDefault();
    buttons[next]?.focus({ preventScroll: true });
  };

  private readonly onFocusOut = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && !this.contains(event.relatedTarget)) this.close(false);
  };

  private readonly onOutside = (event: Event): void => {
    if (event.type !== 'pointerdown' || !(event.target instanceof Node) || !this.contains(event.target)) this.close(false);
  };

  private listen(on: boolean): void {
    const change = on ? 'addEventListener' : 'removeEventListener';
    for (const type of ['pointerdown', 'wheel', 'resize', 'blur']) window[change](type, this.onOutside, { capture: type !== 'blur' });
  }
}

/** The choice that holds has a tick; an item without an icon an empty place. */
function markOf(item: MenuItem): TemplateResult | typeof nothing {
  const name = item.checked === true ? 'check' : item.icon;
  return name === undefined ? html`<span></span>` : icon(name);
}

function preventDefault(event: Event): void {
  event.preventDefault();
}

function focusTarget(event: Event): void {
  (event.currentTarget as HTMLElement).focus({ preventScroll: true });
}

/** Where a key leads in a menu; undefined for keys that do not move. */
function nextIndex(buttons: readonly HTMLElement[], at: number, key: string): number | undefined {
  const count = buttons.length;
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at - 1 + count) % count;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (key.length !== 1 || key === ' ') return undefined;
  const letter = key.toLocaleLowerCase();
  const order = buttons.map((_, index) => (at + 1 + index) % count);
  return order.find((index) => buttons[index]?.textContent?.trim().toLocaleLowerCase().startsWith(letter));
}

customElements.define('lemma-menu', LemmaMenu);
