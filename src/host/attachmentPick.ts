/** The choice behind Attach, in VS Code's own lists. Loaded when it is first opened. */
import * as vscode from 'vscode';
import type { Attachment } from '../core/attachment.ts';
import { placeLabel } from '../core/place.ts';
import { fromRange } from './editor/convert.ts';
import { documentName, isInputField, relativeName } from './editor/documents.ts';
import { fileAttachment, problemsAttachment, selectionAttachment, symbolAttachment } from './editor/readAttachment.ts';

/** Reads what was chosen; fails with `attachmentRefused` where it cannot be attached. */
export type AttachmentSource = () => Attachment | Promise<Attachment>;

/** Undefined when nothing was chosen. */
type Choice = readonly AttachmentSource[] | undefined;

/** Files of the workspace that the list shows; the dialog behind its last entry reaches all others. */
const mostListed = 5000;

type Item = vscode.QuickPickItem & { readonly choose: () => Choice | Promise<Choice> };

/** @param editor the one whose selection, symbols and problems are offered */
export async function pickAttachments(editor: vscode.TextEditor | undefined): Promise<Choice> {
  const items: Item[] = [];
  const document = editor && !isInputField(editor.document) ? editor.document : undefined;
  if (editor && document && !editor.selection.isEmpty) {
    items.push({
      label: `$(list-selection) ${vscode.l10n.t('Selection')}`,
      description: placeLabel({ fileName: documentName(document), range: fromRange(editor.selection) }),
      choose: () => [() => selectionAttachment(editor)],
    });
  }
  items.push({ label: `$(file-code) ${vscode.l10n.t('File…')}`, choose: pickWorkspaceFiles });
  if (document) {
    const description = relativeName(document.uri);
    items.push({ label: `$(symbol-method) ${vscode.l10n.t('Symbol…')}`, description, choose: () => pickSymbols(document) });
    if (vscode.languages.getDiagnostics(document.uri).length > 0) {
      items.push({
        label: `$(warning) ${vscode.l10n.t('Problems')}`,
        description,
        choose: () => [() => problemsAttachment(document)],
      });
    }
  }
  const open = openFiles();
  if (open.length > 0) items.push({ label: `$(files) ${vscode.l10n.t('Open Editors…')}`, choose: () => pickFiles(open, false) });
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Attach'),
    placeHolder: vscode.l10n.t('What the model reads besides the question'),
  });
  return picked?.choose();
}

/** Editors that show what VS Code or Lemma says. */
const ownSchemes: ReadonlySet<string> = new Set(['output', 'lemma-text']);

/** Of all tabs, in their order, each once. */
function openFiles(): vscode.Uri[] {
  const uris = vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText && !ownSchemes.has(input.uri.scheme) ? [input.uri] : [])),
  );
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

async function pickWorkspaceFiles(): Promise<Choice> {
  if (!vscode.workspace.workspaceFolders?.length) return browse();
  const files = await vscode.workspace.findFiles('**/*', undefined, mostListed);
  return pickFiles(
    files.sort((one, other) => relativeName(one).localeCompare(relativeName(other))),
    true,
  );
}

async function pickFiles(files: readonly vscode.Uri[], withBrowse: boolean): Promise<Choice> {
  type FileItem = vscode.QuickPickItem & { readonly uri?: vscode.Uri };
  const items: FileItem[] = files.map((uri) => {
    const name = relativeName(uri);
    const folder = name.split('/').slice(0, -1).join('/');
    return { label: `$(file) ${name.split('/').at(-1) ?? name}`, description: folder, uri };
  });
  if (withBrowse) items.push({ label: `$(folder-opened) ${vscode.l10n.t('Browse…')}`, alwaysShow: true });
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Attach Files'),
    canPickMany: true,
    matchOnDescription: true,
  });
  if (!picked) return undefined;
  const chosen = picked.flatMap(({ uri }) => (uri ? [uri] : []));
  const browsed = picked.some(({ uri }) => !uri) ? await browse() : undefined;
  return [...chosen.map((uri) => () => fileAttachment(uri)), ...(browsed ?? [])];
}

async function browse(): Promise<Choice> {
  const uris = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Attach Files'),
    openLabel: vscode.l10n.t('Attach'),
    canSelectMany: true,
  });
  return uris?.map((uri) => () => fileAttachment(uri));
}

async function pickSymbols(document: vscode.TextDocument): Promise<Choice> {
  type SymbolItem = vscode.QuickPickItem & { readonly name: string; readonly range: vscode.Range };
  const items = async (): Promise<SymbolItem[]> => {
    const found = await vscode.commands.executeCommand<(vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    return flat(found ?? []).map(({ name, kind, range, container }) => ({
      ...{ label: `$(symbol-${iconName(kind)}) ${name}`, description: container, name, range },
    }));
  };
  const picked = await vscode.window.showQuickPick(items(), {
    title: vscode.l10n.t('Attach Symbols of {0}', relativeName(document.uri)),
    placeHolder: vscode.l10n.t('The list is empty where no language extension names symbols. A selection can be attached instead.'),
    canPickMany: true,
  });
  return picked?.map(
    ({ name, range }) =>
      () =>
        symbolAttachment(document, name, range),
  );
}

interface FlatSymbol {
  readonly name: string;
  readonly kind: vscode.SymbolKind;
  readonly range: vscode.Range;
  readonly container: string;
}

function flat(symbols: readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[], container = ''): FlatSymbol[] {
  return symbols.flatMap((symbol) => {
    const { name, kind } = symbol;
    if (!('children' in symbol)) return [{ name, kind, range: symbol.location.range, container: symbol.containerName }];
    return [{ name, kind, range: symbol.range, container }, ...flat(symbol.children, name)];
  });
}

/** `EnumMember` is the icon `symbol-enum-member`. */
function iconName(kind: vscode.SymbolKind): string {
  return (vscode.SymbolKind[kind] ?? 'misc').replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
