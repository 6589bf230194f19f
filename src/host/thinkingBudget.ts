import type * as vscode from 'vscode';
import { choicesWith } from '../core/thinkingBudget.ts';
import type { ThinkingOffer } from '../shared/panelProtocol.ts';
import { Emitter } from './disposables.ts';

const choiceKey = 'lemma.thinkingBudget';

/** What was chosen in the panel, and what the setting was then. */
interface Choice {
  readonly tokens: number;
  readonly setting: number;
}

/**
 * How long thoughts may be, in tokens; 0 is no limit. The setting says it first; what is chosen in the panel holds for all
 * windows until the setting is another one.
 */
export class ThinkingBudget {
  readonly #userMemory: Pick<vscode.Memento, 'get' | 'update'>;
  readonly #setting: () => number;
  readonly #changed = new Emitter<ThinkingOffer>();
  readonly onDidChange = this.#changed.event;

  constructor(userMemory: Pick<vscode.Memento, 'get' | 'update'>, setting: () => number) {
    this.#userMemory = userMemory;
    this.#setting = setting;
  }

  get tokens(): number {
    const setting = this.#setting();
    const choice = this.#userMemory.get<Choice>(choiceKey);
    return choice?.setting === setting ? choice.tokens : setting;
  }

  get offer(): ThinkingOffer {
    return { budgetTokens: this.tokens, choices: choicesWith(this.#setting()) };
  }

  async choose(tokens: number): Promise<void> {
    if (!this.offer.choices.includes(tokens)) return;
    const choice: Choice = { tokens, setting: this.#setting() };
    await this.#userMemory.update(choiceKey, choice);
    this.#changed.fire(this.offer);
  }

  settingChanged(): void {
    this.#changed.fire(this.offer);
  }
}
