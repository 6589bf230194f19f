/**
 * Runs inside the extension host, as an editor test does, and writes `EditorFigures` to the file named by LEMMA_RESULTS:
 * how long the light bulb waits for Lemma, and how long a command takes until its question is with the engine.
 */
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { LemmaCodeActions } from '../../src/host/editor/codeActions.ts';

export interface EditorFigures {
  /** Of `activate()` in this extension host, loading the bundle left out. */
  readonly activateMs: number;
  /** One entry a call of `provideCodeActions`. */
  readonly codeActionMs: readonly number[];
  readonly lines: number;
  readonly problems: number;
  /** From the command to the request to the engine: snapshot, context, prompt, what fits. One entry a question. */
  readonly collectMs: readonly number[];
  /** From that request to the first text: what the engine takes. */
  readonly engineMs: readonly number[];
  /** Parts that Lemma sent along, over all questions. */
  readonly contextParts: number;
}

const lines = 5_000;
const problems = 500;
const calls = 4_000;
const questions = 20;

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
  const results = process.env.LEMMA_RESULTS;
  if (!extension || !results) throw new Error('Lemma is not here, or nobody wants its figures.');
  const { activationMs, app } = await extension.activate();
  const figures: EditorFigures = {
    activateMs: activationMs,
    codeActionMs: await codeActionTimes(),
    lines,
    problems,
    ...(await questionTimes(await app())),
  };
  writeFileSync(results, JSON.stringify(figures));
}

/** The light bulb at places all over a long file with many problems, every second time with a selection. */
async function codeActionTimes(): Promise<number[]> {
  const content = Array.from({ length: lines }, (_, line) => `export const value${line} = compute(${line}, other${line});`).join('\n');
  const document = await vscode.workspace.openTextDocument({ language: 'plaintext', content });
  const diagnostics = Array.from({ length: problems }, (_, index) => {
    const line = index * Math.floor(lines / problems);
    return new vscode.Diagnostic(new vscode.Range(line, 13, line, 20), `Problem ${index}`, vscode.DiagnosticSeverity.Error);
  });
  const provider = new LemmaCodeActions(() => []);
  const times: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const line = (call * 7919) % lines;
    const selection = new vscode.Selection(line, 0, Math.min(lines - 1, line + (call % 2) * 20), call % 2 === 0 ? 0 : 10);
    const here = diagnostics.filter(({ range }) => selection.intersection(range) !== undefined);
    const context = { diagnostics: here, only: undefined, triggerKind: vscode.CodeActionTriggerKind.Automatic };
    const before = performance.now();
    provider.provideCodeActions(document, selection, context);
    times.push(performance.now() - before);
  }
  return times;
}

/** Explains one function after the other in a file of TypeScript, whose language service answers for symbols and definitions. */
async function questionTimes(app: LemmaApp): Promise<Pick<EditorFigures, 'collectMs' | 'engineMs' | 'contextParts'>> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder) throw new Error('No folder is open.');
  const write = async (name: string, text: string): Promise<vscode.Uri> => {
    const uri = vscode.Uri.joinPath(folder, name);
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    return uri;
  };
  const named = Array.from({ length: questions + 2 }, (_, index) => `f${index}`);
  await write('shapes.ts', named.map((name) => `export interface ${name.toUpperCase()} {\n  size: number;\n}\n`).join('\n'));
  const imports = `import type { ${named.map((name) => name.toUpperCase()).join(', ')} } from './shapes';\n\n`;
  const body = (name: string, index: number): string =>
    `/** Number ${index}. */\nexport function ${name}(shape: ${name.toUpperCase()}): number {\n  return shape.size * ${index} + base;\n}\n`;
  const uri = await write('areas.ts', `${imports}const base = 1;\n\n${named.map(body).join('\n')}`);
  const editor = await vscode.window.showTextDocument(uri);
  const collectMs: number[] = [];
  const engineMs: number[] = [];
  let contextParts = 0;
  for (const [index, name] of named.entries()) {
    const at = editor.document.positionAt(editor.document.getText().indexOf(`function ${name}(`));
    editor.selection = new vscode.Selection(at.line, 0, at.line + 2, 1);
    const times = await askedAndAnswered(app);
    // The first ones start the language service and load the model.
    if (index >= 2) {
      collectMs.push(times.requestAt - times.commandAt);
      engineMs.push(times.textAt - times.requestAt);
    }
    contextParts += app.conversations.current?.turns.at(-1)?.question.context?.length ?? 0;
    await app.newConversation();
    await vscode.window.showTextDocument(editor.document);
  }
  return { collectMs, engineMs, contextParts };
}

/** Milliseconds by `performance.now()`. */
async function askedAndAnswered(app: LemmaApp): Promise<{ commandAt: number; requestAt: number; textAt: number }> {
  let requestAt = 0;
  let textAt = 0;
  const ended = new Promise<void>((resolve) => {
    const listener = app.conversations.onDidAppend(({ event }) => {
      if (event.type === 'phase' && event.phase === 'reading') requestAt = performance.now();
      if (event.type === 'delta' && textAt === 0) {
        textAt = performance.now();
        app.turns.stop();
      }
      if (event.type !== 'ended') return;
      listener.dispose();
      resolve();
    });
  });
  const commandAt = performance.now();
  await vscode.commands.executeCommand('lemma.explainSelection');
  await ended;
  return { commandAt, requestAt, textAt };
}
