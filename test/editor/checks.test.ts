import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Span } from '../../src/core/check/documentFormulas.ts';
import type { CheckedFormula, CheckedRelation } from '../../src/core/check/checked.ts';
import type { LemmaApi } from '../../src/extension.ts';
import type { LemmaApp } from '../../src/host/app.ts';
import { findFormulas } from '../../src/core/formulas.ts';
import { DocumentText } from '../../src/core/documentText.ts';
import { EquationChecks } from '../../src/host/check/checkCommands.ts';
import { brokenOff, details, summary } from '../../src/host/check/checkMessages.ts';
import type { CheckTarget } from '../../src/host/check/checkTargets.ts';
import type { FormulaChecker } from '../../src/host/check/equationChecker.ts';
import { fromRange } from '../../src/host/editor/convert.ts';
import { TextViews } from '../../src/host/textViews.ts';
import { closeAll, TemporaryFiles, until } from './editing.ts';

const notes = '# Sums\r\n\r\nWe have $1+1=2$ and $1+2=4$.\r\n\r\n$$\r\n2+2=4=5\r\n$$\r\n\r\n```\r\n$3+3=7$\r\n```\r\n';

const wrong = (latex: string): CheckedRelation => {
  const [left = '', right = ''] = latex.split('=');
  return { latex, start: 0, end: latex.length, verdict: 'false', reason: { code: 'valuesDiffer', left, right } };
};

describe('checks of what the user wrote', () => {
  let app: LemmaApp;
  const files = new TemporaryFiles();
  const run = (command: 'checkSelection' | 'checkDocument' | 'clearChecks'): Thenable<unknown> =>
    vscode.commands.executeCommand(`lemma.${command}`);
  const problems = (document: vscode.TextDocument): vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'Lemma');
  /** What is underlined. */
  const marked = (document: vscode.TextDocument): string[] => problems(document).map(({ range }) => document.getText(range));

  before(async () => {
    const extension = vscode.extensions.getExtension<LemmaApi>('lemma-editor.lemma');
    assert.ok(extension);
    app = await (await extension.activate()).app();
  });
  /** As a check reports what it finds. */
  function report(document: vscode.TextDocument): void {
    for (const latex of ['1+2=4', '4=5']) {
      const start = document.getText().indexOf(latex);
      const range = fromRange(new vscode.Range(document.positionAt(start), document.positionAt(start + latex.length)));
      app.checks.diagnostics.add(document.uri, range, wrong(latex));
    }
  }
  afterEach(async () => {
    await run('clearChecks');
    await app.newConversation();
    await closeAll();
    await files.remove();
  });

  it('keep their places while the document is edited, and go where what they say is edited', async () => {
    const { document } = await files.open('a.md', notes);
    report(document);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), 'One more line\n');
    edit.insert(document.uri, new vscode.Position(2, 0), 'Here: ');
    await vscode.workspace.applyEdit(edit);
    assert.deepEqual(
      marked(document).map((text) => text.trim()),
      ['1+2=4', '4=5'],
    );
    const inside = new vscode.WorkspaceEdit();
    inside.replace(document.uri, problems(document)[0]?.range ?? new vscode.Range(0, 0, 0, 0), '1+2=3');
    await vscode.workspace.applyEdit(inside);
    assert.deepEqual(
      marked(document).map((text) => text.trim()),
      ['4=5'],
    );
  });

  it('are cleared by their command, and by closing the document', async () => {
    const { document } = await files.open('b.md', notes);
    report(document);
    await run('clearChecks');
    assert.deepEqual(problems(document), []);
    report(document);
    assert.equal(problems(document).length, 2);
    const closed = until(vscode.languages.onDidChangeDiagnostics, () => (problems(document).length === 0 ? true : undefined));
    await closeAll();
    assert.equal(await closed, true);
  });

  it('offer Repair and Explain, each once', async () => {
    const { document } = await files.open('c.md', notes);
    report(document);
    const range = problems(document)[0]?.range;
    const kind = vscode.CodeActionKind.QuickFix.value;
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      range,
      kind,
    );
    const own = actions.filter(({ title }) => title.includes('Lemma'));
    assert.deepEqual(
      own.map(({ title, command }) => [title, command?.command]),
      [
        ['Repair with Lemma', 'lemma.fixDiagnostic'],
        ['Explain with Lemma', 'lemma.explainDiagnostic'],
      ],
    );
  });

  describe('that run', () => {
    const texts = new TextViews();
    after(() => texts.dispose());
    let held: (() => void)[] = [];
    /** Each formula waits until the test lets it go. */
    const slow: FormulaChecker = {
      async *check(formulas) {
        for (const formula of formulas) {
          await new Promise<void>((resolve) => held.push(resolve));
          yield { ...formula, verdict: 'false', relations: [{ ...wrong(formula.latex), start: formula.start + 1, end: formula.end - 1 }] };
        }
      },
    };
    const isHeld = async (): Promise<void> => {
      while (held.length === 0) await new Promise(setImmediate);
    };
    const letGo = async (): Promise<void> => {
      await isHeld();
      held.shift()?.();
    };
    beforeEach(() => (held = []));
    function formulasOf(document: vscode.TextDocument): CheckTarget[] {
      const formulas = findFormulas(document.getText(), 'markdown').map(({ start, end, contentStart, contentEnd }) => ({
        ...{ start, end, latex: document.getText().slice(contentStart, contentEnd), assumptions: [] },
      }));
      const found = { formulas, placeOf: ({ start, end }: Span): Span => ({ start, end }) };
      return [{ document, version: document.version, text: new DocumentText(document.getText()), found }];
    }

    it('stop where the document is changed, and say so', async () => {
      const { document } = await files.open('d.md', '$1+1=3$ and $2+2=5$\n');
      const checks = new EquationChecks(slow, texts);
      const checked = checks.run(formulasOf(document), new vscode.CancellationTokenSource());
      await letGo();
      await isHeld();
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(0, 0), 'So ');
      await vscode.workspace.applyEdit(edit);
      await letGo();
      const { end, count } = await checked;
      assert.equal(end, 'changed');
      assert.equal(count.fail, 1);
      assert.deepEqual(marked(document), ['1+1=3'], 'what was found before has moved along');
      checks.dispose();
      assert.deepEqual(problems(document), []);
      assert.match(brokenOff(count, 'changed'), /changed while it was checked.*1 equation checked: 1 does not hold\.$/);
    });

    it('are cancelled', async () => {
      const { document } = await files.open('e.md', '$1+1=3$ and $2+2=5$\n');
      const checks = new EquationChecks(slow, texts);
      const source = new vscode.CancellationTokenSource();
      const checked = checks.run(formulasOf(document), source);
      await letGo();
      await isHeld();
      source.cancel();
      await letGo();
      assert.equal((await checked).end, 'cancelled');
      checks.dispose();
    });
  });

  it('are summed up in a sentence', () => {
    const say = (hold: number, fail: number, unchecked: number): string => summary({ hold, fail, unchecked }, 'document');
    assert.equal(say(10, 1, 1), '12 equations checked: 10 hold, 1 does not, 1 could not be checked.');
    assert.equal(say(1, 2, 0), '3 equations checked: 1 holds, 2 do not.');
    assert.equal(say(0, 2, 1), '3 equations checked: 2 do not hold, 1 could not be checked.');
    assert.equal(say(1, 0, 0), '1 equation checked: 1 holds.');
    assert.equal(say(0, 0, 2), '2 equations checked: 2 could not be checked.');
    assert.match(say(0, 0, 0), /^There is no equation/);
    const relation = { latex: ' x = 5 ', start: 0, end: 7, verdict: 'unknown', reason: { code: 'condition' } } as const;
    const formula: CheckedFormula = { latex: 'x = 5', start: 0, end: 7, verdict: 'unknown', relations: [relation] };
    assert.match(details('a.md', [{ formula, line: 3 }]), /^a\.md\n\n\? line 3: x = 5\n {4}It holds for some values/);
  });
});
