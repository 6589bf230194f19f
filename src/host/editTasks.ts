import * as vscode from 'vscode';
import { isProse } from '../core/prompt.ts';
import type { Task } from '../core/task.ts';
import { naturalLanguages, notationOf, notationTargets, otherProgrammingLanguages, remembered } from '../core/taskTargets.ts';
import { fittingPrompts, holdsSelection } from '../core/userPrompt.ts';
import type { UserPrompt } from '../core/userPrompt.ts';
import { documentName, mayBeWritten } from './editor/documents.ts';
import type { PromptLibrary } from './prompts/promptLibrary.ts';
import { filledPrompt, newPrompt, pickPrompt } from './prompts/runPrompt.ts';
import type { Questions } from './questions.ts';
import { showTypedPick } from './typedPick.ts';

type Memory = Pick<vscode.Memento, 'get' | 'update'>;

/** Where things are remembered, for all windows. */
const keys = {
  instructions: 'lemma.edit.instructions',
  unfinished: 'lemma.edit.unfinished',
  languages: 'lemma.translate.languages',
  code: 'lemma.translate.code',
  notations: 'lemma.convert.notations',
} as const;

const mostInstructions = 50;
const mostTargets = 20;

/** The commands that change a selection: what they still need to know is asked here, then the question takes its usual way. */
export class EditTasks {
  readonly #questions: Questions;
  readonly #memory: Memory;
  readonly #prompts: PromptLibrary;

  constructor(questions: Questions, memory: Memory, prompts: PromptLibrary) {
    this.#questions = questions;
    this.#memory = memory;
    this.#prompts = prompts;
  }

  /** A task that needs no word more. */
  async change(task: Task): Promise<void> {
    await this.#questions.aboutSelection(task);
  }

  /** Text into another language of people, in its place; code into another of programs, which is shown in the panel. */
  async translate(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const prose = !editor || isProse(selectedText(editor));
    const into = await this.#target(
      prose ? keys.languages : keys.code,
      prose ? naturalLanguages : otherProgrammingLanguages(editor.document.languageId),
      vscode.l10n.t('Translate Selection'),
      vscode.l10n.t('Choose a language, or type any other'),
    );
    if (into !== undefined) await this.#questions.aboutSelection('translate', { into, answerUse: prose ? 'replace' : 'panel' });
  }

  /** Into the document's own notation in its place; into another one it is shown in the panel. */
  async convert(): Promise<void> {
    const languageId = vscode.window.activeTextEditor?.document.languageId ?? '';
    const into = await this.#target(
      keys.notations,
      notationTargets(languageId),
      vscode.l10n.t('Convert Selection'),
      vscode.l10n.t('Choose a notation, or type any other'),
    );
    if (into === undefined) return;
    await this.#questions.aboutSelection('convert', { into, answerUse: into === notationOf(languageId) ? 'replace' : 'panel' });
  }

  /** Asks what is to be changed; earlier instructions are listed, and one that was left half typed is there again. */
  async edit(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const instructions = this.#memory.get<readonly string[]>(keys.instructions, []);
    const { chosen, typed } = await showTypedPick({
      title: editor ? vscode.l10n.t('Edit Selection in {0}', documentName(editor.document)) : vscode.l10n.t('Edit Selection'),
      placeholder: vscode.l10n.t('Say what is to be changed, or choose an earlier instruction'),
      offers: instructions,
      value: this.#memory.get<string>(keys.unfinished, ''),
    });
    await this.#memory.update(keys.unfinished, typed === '' ? undefined : typed);
    if (chosen === undefined) return;
    await this.#memory.update(keys.instructions, remembered(instructions, chosen, mostInstructions));
    await this.#questions.aboutSelection('edit', { text: chosen });
  }

  /** A prompt of the user's own. @param id the prompt; absent: one is chosen from those that fit */
  async prompt(id?: string): Promise<void> {
    await this.#prompts.readAgain();
    this.#prompts.sayProblems();
    const prompt = id === undefined ? await pickPrompt(this.#fitting()) : this.#prompts.prompts.find((each) => each.id === id);
    if (prompt === 'new') return this.newPrompt();
    if (!prompt) return;
    await this.#questions.aboutSelection('prompt', {
      title: prompt.title,
      answerUse: prompt.answer,
      fill: (snapshot) => filledPrompt(prompt, snapshot),
      ...(holdsSelection(prompt.template) ? { selectionInText: true } : {}),
    });
  }

  /** A file for a prompt where a folder is open, else the setting. */
  async newPrompt(): Promise<void> {
    if (!(await newPrompt())) await vscode.commands.executeCommand('workbench.action.openSettings', 'lemma.prompts');
  }

  #fitting(): readonly UserPrompt[] {
    const editor = vscode.window.activeTextEditor;
    const { prompts } = this.#prompts;
    if (!editor) return prompts;
    const fitting = fittingPrompts(prompts, selectedText(editor));
    return mayBeWritten(editor.document) ? fitting : fitting.filter(({ answer }) => answer === 'panel');
  }

  async #target(key: string, offers: readonly string[], title: string, placeholder: string): Promise<string | undefined> {
    const before = this.#memory.get<readonly string[]>(key, []);
    const { chosen } = await showTypedPick({ title, placeholder, offers: [...new Set([...before, ...offers])] });
    if (chosen !== undefined) await this.#memory.update(key, remembered(before, chosen, mostTargets));
    return chosen;
  }
}

/** What is selected, else the line of the cursor. */
function selectedText({ document, selection }: vscode.TextEditor): { readonly languageId: string; readonly text: string } {
  const range = selection.isEmpty ? document.lineAt(selection.active.line).range : selection;
  return { languageId: document.languageId, text: document.getText(range) };
}
