/** What the arrows go through; a menu that is open in the bar has keys of its own. */
const itemSelector = 'button:not([role^=menuitem]), vscode-button';

/**
 * A bar of icons and buttons that is one stop of the Tab key: the first item, or the one the focus is on. Left and
 * Right go round, Home and End to the ends, past items that the panel's width hides. Disabled items are reached
 * too (`aria-disabled`), so that one that becomes disabled under the user's hands does not lose the focus.
 */
export class LemmaToolbar extends HTMLElement {
  /** Items come and go with the turn, and some draw themselves later. */
  private readonly observer = new MutationObserver(() => this.arrange());

  connectedCallback(): void {
    this.role = 'toolbar';
    this.addEventListener('keydown', this.onKey);
    this.addEventListener('focusin', this.onFocus);
    this.addEventListener('focusout', this.onFocus);
    this.observer.observe(this, { childList: true, subtree: true });
    this.arrange();
  }

  disconnectedCallback(): void {
    this.observer.disconnect();
  }

  private get items(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(itemSelector)];
  }

  /** The first item is always seen, so that the bar can be reached at any width. */
  private arrange(focused: EventTarget | null = document.activeElement): void {
    const { items } = this;
    const stop = items.find((item) => item === focused) ?? items[0];
    for (const item of items) item.tabIndex = item === stop ? 0 : -1;
  }

  private readonly onFocus = (event: FocusEvent): void => this.arrange(event.type === 'focusin' ? event.target : event.relatedTarget);

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const items = this.items.filter((item) => item.checkVisibility());
    const at = items.indexOf(event.target as HTMLElement);
    const next = at < 0 ? undefined : nextIndex(event.key, at, items.length);
    if (next === undefined) return;
    event.preventDefault();
    items[next]?.focus();
  };
}

function nextIndex(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return (at + 1) % count;
    case 'ArrowLeft':
      return (at - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

customElements.define('lemma-toolbar', LemmaToolbar);
