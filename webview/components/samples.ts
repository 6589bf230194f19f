/** The choice of how many times a question is answered: what holds is on the button, the others are in its menu. */
import { html } from 'lit';
import type { TemplateResult } from 'lit';
import { formatCount } from '../../src/core/format.ts';
import type { SamplesOffer } from '../../src/shared/panelProtocol.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import type { PanelContext } from './element.ts';
import './menu.ts';
import type { MenuItem } from './menu.ts';

export function samplesMenu({ samples, choices }: SamplesOffer, { strings, locale, post }: PanelContext): TemplateResult {
  const many = (count: number): string => (count === 1 ? strings.oneAnswer : fill(strings.manyAnswers, formatCount(count, locale)));
  const items = choices.map((count): MenuItem => ({
    label: many(count),
    checked: count === samples,
    onPick: () => post({ type: 'chooseSamples', samples: count }),
  }));
  return html`<lemma-menu
    class="samples ${samples === 1 ? 'one' : ''}"
    .icon=${'list-tree'}
    .text=${samples === 1 ? '' : formatCount(samples, locale)}
    .label=${fill(strings.samples, many(samples))}
    .hint=${strings.samplesHint}
    .items=${items}
  ></lemma-menu>`;
}
