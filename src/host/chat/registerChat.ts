/** VS Code's own places for a model. Registered at activation and loaded at their first use: keep it small. */
import * as vscode from 'vscode';
import type { LemmaApp } from '../app.ts';
import type { Disposable } from '../disposables.ts';
import type { LemmaModelProvider } from './modelProvider.ts';
import type { LemmaParticipant } from './participant.ts';
import type { SolveInput } from './solveTool.ts';

/** As the manifest names them. */
const vendor = 'lemma';
const participantId = 'lemma.chat';

/**
 * @param app builds Lemma at its first use
 * @param running the Lemma that is built already
 */
export function registerChat(app: () => Promise<LemmaApp>, running: () => LemmaApp | undefined): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let provider: Promise<LemmaModelProvider> | undefined;
  const provided = (): Promise<LemmaModelProvider> => {
    provider ??= import('./modelProvider.ts').then(({ LemmaModelProvider }) => new LemmaModelProvider(started, running));
    return provider;
  };
  let listening: Disposable | undefined;
  /** What a loaded model says of itself is told to the pickers. */
  const started = async (): Promise<LemmaApp> => {
    const lemma = await app();
    let known = '';
    listening ??= lemma.model.onDidChange((state) => {
      const { path = '', contextTokens = 0 } = state.kind === 'ready' ? state.info : {};
      if (state.kind !== 'ready' || known === `${path} ${contextTokens}`) return;
      known = `${path} ${contextTokens}`;
      changed.fire();
    });
    return lemma;
  };
  let lemma: Promise<LemmaParticipant> | undefined;
  const participant = vscode.chat.createChatParticipant(participantId, async (request, context, stream, token) => {
    lemma ??= import('./participant.ts').then(async ({ LemmaParticipant }) => new LemmaParticipant(await started()));
    return (await lemma).handle(request, context, stream, token);
  });
  participant.iconPath = new vscode.ThemeIcon('symbol-operator');
  participant.followupProvider = {
    provideFollowups: async (result) => (await import('./participant.ts')).followups(result),
  };
  // VS Code asks for models when a picker opens, and without one it refuses the first question to a participant.
  const telling = setTimeout(() => changed.fire(), 0);
  return vscode.Disposable.from(
    changed,
    { dispose: () => clearTimeout(telling) },
    participant,
    { dispose: () => void listening?.dispose() },
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('lemma')) changed.fire();
    }),
    vscode.lm.registerLanguageModelChatProvider(vendor, {
      onDidChangeLanguageModelChatInformation: changed.event,
      provideLanguageModelChatInformation: async (options) => (await provided()).provideLanguageModelChatInformation(options),
      provideLanguageModelChatResponse: async (...request) => (await provided()).provideLanguageModelChatResponse(...request),
      provideTokenCount: async (...request) => (await provided()).provideTokenCount(...request),
    }),
    vscode.lm.registerTool<SolveInput>('lemma_solve', {
      prepareInvocation: async ({ input }) => (await import('./solveTool.ts')).prepareSolve(input),
      invoke: async ({ input }, token) => (await import('./solveTool.ts')).solve(await started(), input, token),
    }),
  );
}
