/** What is put into a prompt of the user's own, and the list to choose one from. */
import * as vscode from 'vscode';
import type { SymbolNode } from '../../core/functionScope.ts';
import { lineNumbers } from '../../core/prompt.ts';
import { problemLine } from '../../core/prompts/parts.ts';
import type { Range, Snapshot } from '../../core/snapshot.ts';
import { fillPrompt } from '../../core/userPrompt.ts';
import type { PromptValues, UserPrompt } from '../../core/userPrompt.ts';
import { documentSymbols } from '../editor/documentSymbols.ts';
import { openDocument } from '../editor/openDocument.ts';

/** The prompt's text for a selection. Symbols are asked for only where the prompt wants them. */
export async function filledPrompt(prompt: UserPrompt, snapshot: Snapshot): Promise<string> {
  const values: PromptValues = {
    selection: snapshot.text.replace(/\r\n?/g, '\n'),
    language: snapshot.languageId,
    file: snapshot.fileName,
    diagnostics: snapshot.diagnostics.map(problemLine).join('\n'),
    symbols: /\{\{\s*symbols\s*\}\}/.test(prompt.template) ? await symbolsAt(snapshot) : '',
  };
  return fillPrompt(prompt.template, values);
}

/** `function horner, lines 3-9`, one a line, for each symbol around or in the selection; the outer ones first. */
async function symbolsAt(snapshot: Snapshot): Promise<string> {
  const symbols = await documentSymbols(await openDocument(vscode.Uri.parse(snapshot.uri, true)));
  const touching = (nodes: readonly SymbolNode[]): SymbolNode[] =>
    nodes.flatMap((node) => (touches(node.range, snapshot.range) ? [node, ...touching(node.children)] : []));
  return touching(symbols ?? [])
    .map((node) => {
      const { first, last } = lineNumbers(node);
      return `${node.kind} ${node.name}, lines ${first}-${last}`;
    })
    .join('\n');
}

function touches(one: Range, other: Range): boolean {
  return one.start.line <= other.end.line && other.start.line <= one.end.line;
}

/** @returns the prompt that the user picks, `new` to write one, or undefined when the list is left */
export async function pickPrompt(prompts: readonly UserPrompt[]): Promise<UserPrompt | 'new' | undefined> {
  type Item = vscode.QuickPickItem & { readonly prompt?: UserPrompt };
  const items = prompts.map((prompt): Item => ({
    label: prompt.title,
    description: useText(prompt),
    detail: prompt.template.split('\n', 1)[0] ?? '',
    prompt,
  }));
  const writeOne: Item = {
    label: vscode.l10n.t('$(add) New Prompt…'),
    detail: vscode.l10n.t('A Markdown file in .lemma/prompts, for everybody who opens this folder'),
  };
  const picked = await vscode.window.showQuickPick([...items, writeOne], {
    title: vscode.l10n.t('Run Prompt'),
    placeHolder: vscode.l10n.t('Choose what to ask about the selection'),
    matchOnDetail: true,
  });
  return picked && (picked.prompt ?? 'new');
}

function useText({ answer }: UserPrompt): string {
  if (answer === 'replace') return vscode.l10n.t('replaces the selection');
  return answer === 'insert' ? vscode.l10n.t('is inserted beside it') : '';
}

/** Creates a prompt file that says what can be written there, and opens it. @returns false where no folder is open */
export async function newPrompt(): Promise<boolean> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) return false;
  const folderUri = vscode.Uri.joinPath(folder.uri, '.lemma', 'prompts');
  await vscode.workspace.fs.createDirectory(folderUri);
  const taken = new Set((await vscode.workspace.fs.readDirectory(folderUri)).map(([name]) => name));
  let name = 'my-prompt.md';
  for (let count = 2; taken.has(name); count += 1) name = `my-prompt-${count}.md`;
  const uri = vscode.Uri.joinPath(folderUri, name);
  const text = [
    '---',
    `title: ${vscode.l10n.t('My prompt')}`,
    '# code, math, text or language ids such as python; leave it out for all',
    'applies: [code]',
    '# replace, insert or panel',
    'answer: panel',
    '---',
    vscode.l10n.t('Review this {0} from {1} and list what could go wrong:', '{{language}}', '{{file}}'),
    '',
    '{{selection}}',
    '',
  ];
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text.join('\n')));
  await vscode.window.showTextDocument(uri);
  return true;
}
