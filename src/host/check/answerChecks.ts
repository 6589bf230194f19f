/** Checks the equations of each answer when it is complete, and says under it what came of that. */
import * as vscode from 'vscode';
import type { CheckedFormula } from '../../core/check/checked.ts';
import { formulasToCheck, type FormulaToCheck } from '../../core/check/checkText.ts';
import { documentFormulas } from '../../core/check/documentFormulas.ts';
import { finalAnswerClaim, finalAnswerOf, judgeFinalAnswer } from '../../core/check/finalAnswer.ts';
import { allTurns, turnById, type Turn, type TurnQuestion } from '../../core/conversation.ts';
import { mathFlavour } from '../../core/formulas.ts';
import { askToRepair } from '../../core/prompts/index.ts';
import type { Config } from '../config.ts';
import type { Conversations } from '../conversations.ts';
import { Disposables } from '../disposables.ts';
import type { InferenceLog } from '../inferenceClient.ts';
import type { PanelModel } from '../panel/panelModel.ts';
import type { Questions } from '../questions.ts';
import type { TextViews } from '../textViews.ts';
import { turnCheckDetails, turnCheckWords, type TurnCheck } from './checkMessages.ts';
import type { FormulaChecker } from './equationChecker.ts';

export interface AnswerCheckParts {
  readonly checker: FormulaChecker;
  readonly conversations: Conversations;
  readonly panel: PanelModel;
  readonly questions: () => Questions;
  readonly texts: TextViews;
  readonly config: Config;
  readonly log: InferenceLog;
}

/** Of a conversation that is opened, so many of its last answers are checked. */
const lastTurns = 20;

export class AnswerChecks {
  readonly #parts: AnswerCheckParts;
  readonly #disposables = new Disposables();
  /** By turn. */
  readonly #found = new Map<string, TurnCheck>();
  readonly #running = new Map<string, vscode.CancellationTokenSource>();

  constructor(parts: AnswerCheckParts) {
    this.#parts = parts;
    const { conversations, config } = parts;
    const keep = this.#disposables;
    keep.add(
      conversations.onDidAppend(({ event }) => {
        if (!('turnId' in event)) return;
        // Whatever is written to a turn makes what was found in it old.
        if (event.type === 'ended') void this.#start(event.turnId);
        else if (event.type === 'delta' || event.type === 'resumed') this.#forget(event.turnId);
      }),
    );
    keep.add(conversations.onDidSwitch(() => this.#all()));
    keep.add(config.onDidChangeCheckedEquations(() => this.#all()));
    this.#all();
  }

  /** Whether an answer to a turn's question has an equation that does not hold. Never rejects. */
  async fails(turn: Turn, answer: string): Promise<boolean> {
    if (this.#parts.config.checkedEquations === 'off') return false;
    const source = new vscode.CancellationTokenSource();
    try {
      const given = problemOf(turn.question);
      const checked = await this.#check(formulasToCheck(answer, { notation: 'markdown', given }), source.token);
      if (checked.some(({ verdict }) => verdict === 'false')) return true;
      return (await this.#final(given, answer, source.token))?.verdict === 'false';
    } catch (error) {
      this.#parts.log.warn(`[check] ${String(error)}`);
      return false;
    } finally {
      source.dispose();
    }
  }

  /** Asks again in the same conversation, with what does not hold. */
  async showModelError(turnId: string): Promise<void> {
    const found = this.#found.get(turnId);
    if (!found) return;
    const failures = found.answer.flatMap(({ relations }) => relations.filter(({ verdict }) => verdict === 'false'));
    const { final } = found;
    const wrongFinal =
      final?.verdict === 'false' ? [{ latex: final.latex, start: 0, end: 0, verdict: final.verdict, reason: final.reason }] : [];
    await this.#parts.questions().about(askToRepair(failures.length > 0 ? failures : wrongFinal));
  }

  async showDetails(turnId: string): Promise<void> {
    const found = this.#found.get(turnId);
    if (found) await this.#parts.texts.open(vscode.l10n.t('Checked equations'), turnCheckDetails(found));
  }

  async checkThought(turnId: string): Promise<void> {
    await this.#start(turnId, true);
  }

  dispose(): void {
    for (const source of this.#running.values()) source.cancel();
    this.#disposables.dispose();
  }

  /** The last answers of the conversation that is shown, the newest first. */
  #all(): void {
    for (const source of this.#running.values()) source.cancel();
    this.#running.clear();
    this.#found.clear();
    const { conversations, panel, config } = this.#parts;
    const turns = conversations.current ? allTurns(conversations.current) : [];
    if (config.checkedEquations === 'off') {
      for (const { question } of turns) panel.note(question.id, { check: undefined });
      return;
    }
    for (const turn of turns
      .filter(({ phase }) => phase === 'ended')
      .slice(-lastTurns)
      .reverse())
      void this.#start(turn.question.id);
  }

  #forget(turnId: string): void {
    this.#running.get(turnId)?.cancel();
    if (this.#found.delete(turnId)) this.#parts.panel.note(turnId, { check: undefined });
  }

  async #start(turnId: string, withThought = this.#parts.config.checkedEquations === 'answersAndThoughts'): Promise<void> {
    const { conversations, panel, config, log } = this.#parts;
    const turn = turnById(conversations.current, turnId);
    if (!turn || config.checkedEquations === 'off' || turn.answer.trim() === '') return;
    this.#running.get(turnId)?.cancel();
    const source = new vscode.CancellationTokenSource();
    this.#running.set(turnId, source);
    try {
      const found = await this.#checkTurn(turn, withThought, source.token);
      if (source.token.isCancellationRequested) return;
      this.#found.set(turnId, found);
      panel.note(turnId, { check: turnCheckWords(found) });
    } catch (error) {
      log.warn(`[check] ${String(error)}`);
    } finally {
      if (this.#running.get(turnId) === source) this.#running.delete(turnId);
      source.dispose();
    }
  }

  async #checkTurn(turn: Turn, withThought: boolean, token: vscode.CancellationToken): Promise<TurnCheck> {
    const given = problemOf(turn.question);
    const answer = await this.#check(formulasToCheck(turn.answer, { notation: 'markdown', given }), token);
    const final = await this.#final(given, turn.answer, token);
    const thoughts = formulasToCheck(turn.thought, { notation: 'markdown', given });
    return {
      answer,
      canCheckThought: thoughts.length > 0,
      ...(withThought && thoughts.length > 0 ? { thought: await this.#check(thoughts, token) } : {}),
      ...(final ? { final } : {}),
    };
  }

  async #final(given: string, answer: string, token: vscode.CancellationToken): Promise<TurnCheck['final']> {
    const final = finalAnswerOf(answer);
    const claim = final && finalAnswerClaim(given, final.latex);
    const [checked] = claim ? await this.#check([claim], token) : [];
    return final && checked ? { ...judgeFinalAnswer(checked), latex: final.latex } : undefined;
  }

  async #check(formulas: readonly FormulaToCheck[], token: vscode.CancellationToken): Promise<CheckedFormula[]> {
    const checked: CheckedFormula[] = [];
    for await (const one of this.#parts.checker.check(formulas, token)) checked.push(one);
    return checked;
  }
}

/** What the question says, with the mathematics that was selected. */
function problemOf({ text, snapshot }: TurnQuestion): string {
  if (!snapshot) return text;
  const flavour = mathFlavour(snapshot.languageId);
  if (flavour === undefined && snapshot.languageId !== 'plaintext') return text;
  if (flavour !== 'typst') return `${text}\n${snapshot.text}`;
  return [text, ...documentFormulas(snapshot.text, 'typst').formulas.map(({ latex }) => `$${latex}$`)].join('\n');
}
