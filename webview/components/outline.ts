import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { OutlineEntry } from '../../src/core/thoughtOutline.ts';

/**
 * The contents of a thought. One stop of the Tab key; arrows, Home and End go through the entries.
 * @param times when each entry was begun, ready to show; empty where it was not measured
 * @param current index of the entry that is being read; -1 for none
 */
export function outline(
  entries: readonly OutlineEntry[],
  times: readonly string[],
  current: number,
  label: string,
  onJump: (entry: OutlineEntry) => void,
): TemplateResult {
  const stop = Math.max(0, current);
  const timed = times.some((time) => time !== '');
  return html`<ol class="outline" aria-label=${label} @keydown=${onKey}>
    ${entries.map(
      (entry, index) =>
        html`<li>
          <button
            type="button"
            class=${entry.turning ? 'turning' : ''}
            aria-current=${index === current ? 'true' : 'false'}
            tabindex=${index === stop ? 0 : -1}
            @click=${() => onJump(entry)}
          >
            ${timed ? html`<span class="time num muted">${times[index]} </span>` : nothing}<span class="step" title=${entry.label}
              >${entry.label}</span
            >
          </button>
        </li>`,
    )}
  </ol>`;
}

const steps: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowDown: (index, count) => Math.min(count - 1, index + 1),
  ArrowUp: (index) => Math.max(0, index - 1),
  Home: () => 0,
  End: (_, count) => count - 1,
};

function onKey(event: KeyboardEvent): void {
  const step = steps[event.key];
  if (!step || !(event.currentTarget instanceof HTMLElement)) return;
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const index = buttons.indexOf(event.target as HTMLButtonElement);
  if (index < 0) return;
  event.preventDefault();
  buttons[step(index, buttons.length)]?.focus();
}
