import type * as vscode from 'vscode';
import { mostSamples } from '../core/models/samplePlan.ts';
import type { SamplesOffer } from '../shared/panelProtocol.ts';
import { Emitter } from './disposables.ts';

const choiceKey = 'lemma.samples';
const choices = [1, 3, 5, 8, mostSamples];

/** Of **Solve with Votes** where one answer is what is set: three agreeing of five decide. */
const votesAtLeast = 5;

interface Choice {
  readonly samples: number;
  /** What the setting was then. */
  readonly setting: number;
}

/**
 * How many times a question is answered, for a vote. The setting says it first; what is chosen in the panel holds for all
 * windows until the setting is another one.
 */
export class SampleCount {
  readonly #userMemory: Pick<vscode.Memento, 'get' | 'update'>;
  readonly #setting: () => number;
  readonly #changed = new Emitter<SamplesOffer>();
  readonly onDidChange = this.#changed.event;

  constructor(userMemory: Pick<vscode.Memento, 'get' | 'update'>, setting: () => number) {
    this.#userMemory = userMemory;
    this.#setting = setting;
  }

  get samples(): number {
    const setting = this.#setting();
    const choice = this.#userMemory.get<Choice>(choiceKey);
    return choice?.setting === setting ? choice.samples : setting;
  }

  /** For a question that is to be voted on in any case. */
  get forVote(): number {
    return this.samples > 1 ? this.samples : votesAtLeast;
  }

  get offer(): SamplesOffer {
    return { samples: this.samples, choices: [...new Set([...choices, this.#setting()])].sort((a, b) => a - b) };
  }

  async choose(samples: number): Promise<void> {
    if (!this.offer.choices.includes(samples)) return;
    const choice: Choice = { samples, setting: this.#setting() };
    await this.#userMemory.update(choiceKey, choice);
    this.#changed.fire(this.offer);
  }

  settingChanged(): void {
    this.#changed.fire(this.offer);
  }
}
