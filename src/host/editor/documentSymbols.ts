import * as vscode from 'vscode';
import type { SymbolNode } from '../../core/functionScope.ts';
import { fromRange } from './convert.ts';

/** The document's symbols as its language extension gives them; undefined when it has none or fails, which is as good as none. */
export function documentSymbols(document: vscode.TextDocument): Promise<SymbolNode[] | undefined> {
  const asked = vscode.commands.executeCommand<(vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
    'vscode.executeDocumentSymbolProvider',
    document.uri,
  );
  return Promise.resolve(asked).then(
    (symbols) => symbols?.map(symbolNode),
    () => undefined,
  );
}

function symbolNode(symbol: vscode.DocumentSymbol | vscode.SymbolInformation): SymbolNode {
  const kind = (vscode.SymbolKind[symbol.kind] ?? '').toLowerCase();
  if (!('children' in symbol)) return { name: symbol.name, kind, range: fromRange(symbol.location.range), children: [] };
  return { name: symbol.name, kind, range: fromRange(symbol.range), children: symbol.children.map(symbolNode) };
}
