import { LitElement } from 'lit';
import type { PanelToHost } from '../../src/shared/panelProtocol.ts';
import type { PanelStrings } from '../../src/shared/panelStrings.ts';
import type { PlaceBook } from '../places.ts';

/** What every part of the panel needs; the same object until the host sends other strings. */
export interface PanelContext {
  readonly strings: PanelStrings;
  /** BCP 47, for numbers. */
  readonly locale: string;
  /** Files that texts name. */
  readonly places: PlaceBook;
  readonly post: (message: PanelToHost) => void;
}

/**
 * Base of the panel's elements: drawn into the page itself, so that one style sheet serves all and a strict CSP
 * has no `<style>` to forbid.
 */
export abstract class PanelElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
