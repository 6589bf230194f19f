import type { LemmaApp } from './app.ts';
import { showActionsMenu } from './actionsMenu.ts';
import type { CommandId } from './commandIds.ts';
import type { DiagnosticInfo } from '../core/snapshot.ts';
import { modelStatus } from './modelWords.ts';

type Handlers = { readonly [Id in CommandId]: (...args: readonly unknown[]) => unknown };

export function commandHandlers(app: LemmaApp): Handlers {
  return {
    'lemma.solveSelection': () => app.questions.aboutSelection('solve'),
    'lemma.explainSelection': () => app.questions.aboutSelection('explain'),
    'lemma.fixDiagnostic': (uri, diagnostic) => app.questions.aboutDiagnostic(uri as string, diagnostic as DiagnosticInfo),
    'lemma.newConversation': () => app.newConversation(),
    'lemma.stop': () => app.turns.stop(),
    'lemma.insertAnswer': () => app.answers.edit('insert'),
    'lemma.replaceSelection': () => app.answers.edit('replace'),
    'lemma.copyAnswer': () => app.answers.copy(),
    'lemma.chooseModelFile': () => app.chooseModelFile(),
    'lemma.restartEngine': () => app.restartEngine(),
    'lemma.showLog': () => app.log.show(),
    'lemma.showActions': () => showActionsMenu(modelStatus(app.model.state), app.turns.running),
    'lemma.focusPanel': () => app.view.focusComposer(),
    'lemma.openInEditor': () => app.tab.open(),
  };
}
