/** What the next question leaves out, said before it does: a notice with a bar, and a line in the log. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { rememberedTurns } from '../../src/core/conversation.ts';
import type { Turn } from '../../src/core/conversation.ts';
import { formatTokensShort } from '../../src/core/format.ts';
import type { ContextUse, PanelState } from '../../src/shared/panelProtocol.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import type { PanelContext } from './element.ts';
import { notice } from './notes.ts';

/** Parts of a whole, side by side; `sizeShares` gives them their widths once they are on the page. */
export function shareBar(shares: readonly number[], kinds: readonly string[] = []): TemplateResult {
  return html`<span class="shares" aria-hidden="true"
    >${shares.map((share, index) => html`<i class=${kinds[index] ?? ''} data-share=${Math.max(0, share).toFixed(4)}></i>`)}</span
  >`;
}

/** The policy of the page allows no style attributes in markup; setting the property is no markup. */
export function sizeShares(parent: HTMLElement): void {
  for (const part of parent.querySelectorAll<HTMLElement>('.shares > i')) {
    part.style.width = `${(100 * Math.min(1, Number(part.dataset.share))).toFixed(2)}%`;
  }
}

/** @returns nothing where nothing is left out */
export function contextNotice(use: ContextUse, context: PanelContext): TemplateResult | typeof nothing {
  if (!use.note) return nothing;
  const { strings, locale } = context;
  const { leftOut, together, left, contextTokens } = use;
  if (leftOut === 0) return notice(use.note, context);
  // What is left out is drawn before what stays; together they are more than the context holds.
  const whole = Math.max(contextTokens, leftOut + together);
  const counts = [
    fill(strings.tokensLeftOut, formatTokensShort(leftOut, locale)),
    fill(strings.tokensKept, formatTokensShort(together, locale)),
    fill(strings.tokensFree, formatTokensShort(left, locale)),
  ];
  return notice(
    use.note,
    context,
    html`${shareBar([leftOut / whole, together / whole], ['old', ''])}
      <div class="legend small muted num">${counts.map((count) => html`<span>${count}</span>`)}</div>`,
  );
}

/** The turn after which the model begins to see the conversation: of the question that runs, else of the next one. */
export function cutAfter({ conversation, context }: PanelState, running: Turn | undefined): string | undefined {
  if (!running) return context?.cutAfter;
  const { droppedTurns = 0, question } = running;
  return droppedTurns === 0 ? undefined : rememberedTurns(conversation, question.id)[droppedTurns - 1]?.question.id;
}

/** Between what a question leaves out and what it takes along. */
export function cutLine({ strings }: PanelContext, running: boolean): TemplateResult {
  const label = running ? strings.leftOutOfThis : strings.leftOutAbove;
  return html`<div class="cut" role="separator" aria-label=${label}><span>${running ? strings.leftOutNow : strings.leftOut}</span></div>`;
}
