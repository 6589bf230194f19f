/** The choice of how long thoughts may be: what holds is on the button, the others are in its menu. */
import { html } from 'lit';
import type { TemplateResult } from 'lit';
import { formatContext } from '../../src/core/format.ts';
import type { ThinkingOffer } from '../../src/shared/panelProtocol.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import type { PanelContext } from './element.ts';
import './menu.ts';
import type { MenuItem } from './menu.ts';

export function thinkingBudget({ budgetTokens, choices }: ThinkingOffer, { strings, locale, post }: PanelContext): TemplateResult {
  const short = (tokens: number): string => (tokens === 0 ? strings.unlimited : formatContext(tokens, locale));
  const items = choices.map((tokens): MenuItem => ({
    label: tokens === 0 ? strings.unlimited : fill(strings.tokens, short(tokens)),
    checked: tokens === budgetTokens,
    onPick: () => post({ type: 'thinkingBudget', tokens }),
  }));
  return html`<lemma-menu
    class="thinking-budget ${budgetTokens === 0 ? 'unlimited' : ''}"
    .icon=${'thinking'}
    .text=${short(budgetTokens)}
    .label=${fill(strings.thinkingBudget, short(budgetTokens))}
    .hint=${strings.thinkingBudgetHint}
    .items=${items}
  ></lemma-menu>`;
}
