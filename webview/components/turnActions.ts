/** The bar under an answer: into the file, onto the clipboard, once more, and what is needed seldom in a menu. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Turn } from '../../src/core/conversation.ts';
import type { TurnWords } from '../../src/shared/panelProtocol.ts';
import type { PanelContext } from './element.ts';
import './menu.ts';
import type { MenuItem } from './menu.ts';
import { iconButton, pushButton } from './pushButton.ts';
import type { PushButton } from './pushButton.ts';
import './toolbar.ts';

export interface TurnActions {
  readonly turn: Turn;
  readonly words: TurnWords | undefined;
  readonly newest: boolean;
  /** Some turn is running, so no other can be asked. */
  readonly busy: boolean;
  /** The next sensible step is elsewhere: in the note under the answer, or in a text that is being edited. */
  readonly ledElsewhere: boolean;
  /** The answer was put on the clipboard a moment ago. */
  readonly copied: boolean;
  readonly onCopy: () => void;
  readonly onEditThought: () => void;
}

/** A turn that ended without an answer has the menu alone. */
export function turnActions(actions: TurnActions, context: PanelContext): TemplateResult {
  const { strings, post } = context;
  const { turn, words, newest, busy, copied, onCopy } = actions;
  const answered = turn.answer.trim() !== '';
  const turnId = turn.question.id;
  return html`<lemma-toolbar class="actions" aria-label=${strings.answer}>
    ${answered && newest && words?.canEdit !== false && !words?.edit ? edits(actions, context).map(pushButton) : nothing}
    <span class="push"
      >${
        answered
          ? html`${iconButton(copied ? 'check' : 'copy', strings.copy, onCopy, { text: copied ? strings.copied : strings.copy })}${iconButton(
              'refresh',
              strings.askAgain,
              () => post({ type: 'action', action: 'askAgain', turnId }),
              { text: strings.askAgain, disabled: busy },
            )}`
          : nothing
      }<lemma-menu .label=${strings.moreActions} .items=${menuItems(actions, context)}></lemma-menu
    ></span>
  </lemma-toolbar>`;
}

function menuItems({ turn, busy, onEditThought }: TurnActions, { strings, post }: PanelContext): MenuItem[] {
  const turnId = turn.question.id;
  const answered = turn.answer.trim() !== '';
  const thought = turn.thought.trim() !== '';
  const act = (action: 'askAgain' | 'thinkMore') => (): void => post({ type: 'action', action, turnId });
  const about: MenuItem[] = [];
  if (!answered) about.push({ label: strings.askAgain, icon: 'refresh', disabled: busy, onPick: act('askAgain') });
  if (thought) {
    about.push({ label: strings.copyWithThought, icon: 'copy', onPick: () => post({ type: 'copy', turnId, withThought: true }) });
    // A thought without an answer goes on by the buttons that say how it ended.
    if (answered) about.push({ label: strings.thinkMore, icon: 'lightbulb', disabled: busy, onPick: act('thinkMore') });
    about.push({ label: strings.editThought, icon: 'edit', disabled: busy, onPick: onEditThought });
  }
  const startsGroup = about.length > 0;
  return [
    ...about,
    { label: strings.branch, icon: 'git-branch', startsGroup, disabled: busy, onPick: () => post({ type: 'forkConversation', turnId }) },
    { label: strings.delete, icon: 'trash', onPick: () => post({ type: 'deleteTurn', turnId }) },
  ];
}

/** Insert and Replace, the fitting one first and filled, unless the next step is elsewhere. */
function edits({ turn, ledElsewhere }: TurnActions, { strings, post }: PanelContext): PushButton[] {
  const { question, answer } = turn;
  const turnId = question.id;
  const insert = { label: strings.insertAtCursor, shortLabel: strings.insert, onClick: () => post({ type: 'insert', turnId }) };
  if (!question.snapshot) return [{ ...insert, primary: !ledElsewhere }];
  const replace = { label: strings.replaceSelection, shortLabel: strings.replace, onClick: () => post({ type: 'replace', turnId }) };
  const ordered = question.task === 'fix' || /^ {0,3}(?:```|~~~)/m.test(answer) ? [replace, insert] : [insert, replace];
  return ordered.map((button, index) => ({ ...button, primary: index === 0 && !ledElsewhere }));
}
