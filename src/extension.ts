/**
 * Entry of the extension host. Wiring only: the status item and the registrations exist at once, everything else
 * (`LemmaApp`) is built by the first command, view or code action that needs it.
 */
import * as vscode from 'vscode';
import type { LemmaApp } from './host/app.ts';
import { registerChat } from './host/chat/registerChat.ts';
import { commandIds } from './host/commandIds.ts';
import { registerCodeActions } from './host/editor/codeActions.ts';
import { registerMathLenses } from './host/editor/mathLenses.ts';
import { PromptLibrary } from './host/prompts/promptLibrary.ts';
import { hasPanelTab, panelTabType } from './host/panel/panelTabType.ts';

/** What `activate` returns, for tests and the benchmark. */
export interface LemmaApi {
  /** Milliseconds that `activate` took. */
  readonly activationMs: number;
  readonly app: () => Promise<LemmaApp>;
  readonly prompts: PromptLibrary;
}

let running: Promise<LemmaApp> | undefined;
/** `running` once it is there. */
let built: LemmaApp | undefined;

export function activate(context: vscode.ExtensionContext): LemmaApi {
  const startedAt = performance.now();
  const statusItem = vscode.window.createStatusBarItem('lemma.status', vscode.StatusBarAlignment.Right, 100);
  statusItem.name = 'Lemma';
  statusItem.text = '$(symbol-operator) Lemma';
  statusItem.tooltip = vscode.l10n.t('Lemma: the model is loaded with the first question. Click for actions.');
  statusItem.command = 'lemma.showActions';
  statusItem.show();

  const prompts = new PromptLibrary();
  const app = (): Promise<LemmaApp> =>
    (running ??= import('./host/app.ts').then(async ({ LemmaApp }) => {
      built = new LemmaApp(context, statusItem, prompts);
      await built.restored;
      return built;
    }));

  context.subscriptions.push(
    statusItem,
    ...commandIds.map((id) =>
      vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        const { commandHandlers } = await import('./host/commands.ts');
        return commandHandlers(await app())[id](...args);
      }),
    ),
    vscode.window.registerWebviewViewProvider('lemma.panel', {
      resolveWebviewView: async (view) => (await app()).view.resolve(view),
    }),
    vscode.window.registerWebviewPanelSerializer(panelTabType, {
      deserializeWebviewPanel: async (tab) => (await app()).tab.deserializeWebviewPanel(tab),
    }),
    prompts,
    registerMathLenses(),
    registerCodeActions(prompts),
    registerChat(app, () => built),
  );
  void adoptTabs(app);
  return { activationMs: performance.now() - startedAt, app, prompts };
}

/** A tab that is there before anything was opened is restored, or was left by an extension host that has died. */
async function adoptTabs(app: () => Promise<LemmaApp>): Promise<void> {
  if (hasPanelTab()) (await app()).watchTabs();
}

export async function deactivate(): Promise<void> {
  await (await running)?.close();
}
