/** The steps of `npm run demo` (see scripts/demo.mjs): solve the sample problem, explain a function, three pictures. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { say } from '../../scripts/lib/progress.mjs';
import { JournalReader } from './journal.ts';
import { startSession } from './session.ts';
import { repositoryRoot } from './settings.ts';
import { openFile, panelFrame, runCommand, select, widenSideBar } from './workbench.ts';

/** Thought and answer under a heading each, as they come. */
class StreamPrinter {
  #part = '';

  event(event: ConversationEvent): void {
    if (event.type !== 'delta' || event.text === '') return;
    if (event.part !== this.#part) process.stdout.write(`\n── ${event.part} ──\n`);
    this.#part = event.part;
    process.stdout.write(event.text);
  }
}

const images = path.join(repositoryRoot, 'docs/images');
mkdirSync(images, { recursive: true });

const session = await startSession({
  workspace: path.join(repositoryRoot, 'samples'),
  open: 'problem.md',
  settings: { '[markdown]': { 'editor.wordWrap': 'on' }, 'lemma.model.contextTokens': 32_768 },
  width: 1280,
  height: 800,
});
try {
  say(`A real VS Code workbench is open at ${session.server.base}.`);
  await widenSideBar(session.page, 420);
  const journal = new JournalReader(session.server);

  await selectLines('problem.md', 'Let a, b be', 'Let a, b be');
  await ask('Lemma: Solve Selection', 'solve');

  await openFile(session.page, 'poly.py');
  await selectLines('poly.py', 'def naive_eval', '    return total');
  await ask('Lemma: Explain Selection', 'explain');

  await openFile(session.page, 'problem.md');
  await selectLines('problem.md', 'What is $12', 'What is $12');
  await runCommand(session.page, 'Lemma: New Conversation');
  await ask('Lemma: Solve Selection', 'thought');

  /** Runs the command, prints the reply while it is written, and keeps a picture of the end. */
  async function ask(command: string, name: string): Promise<void> {
    say(`${command}\n`);
    await runCommand(session.page, command);
    const print = new StreamPrinter();
    const { end } = await journal.followTurn((event) => print.event(event));
    process.stdout.write('\n\n');
    if (end.kind !== 'complete') throw new Error(`The turn did not end as it should: ${JSON.stringify(end)}`);
    const panel = panelFrame(session.page);
    await panel.locator('.actions').last().waitFor();
    if (name === 'thought') await panel.locator('.thought .fold').last().click();
    await picture(name);
  }
} finally {
  await session.shot('demo-end');
  await session.close();
}

async function picture(name: string): Promise<void> {
  const file = path.join(images, `${name}.png`);
  // Away from everything that shows a tooltip.
  await session.page.mouse.move(640, 796);
  copyFileSync(await session.shot(`demo-${name}`), file);
  say(`wrote ${path.relative(repositoryRoot, file)}`);
}

/** Selects from the first line that begins with `first` to the next one from there that begins with `last`. */
async function selectLines(file: string, first: string, last: string): Promise<void> {
  const lines = readFileSync(session.file(file), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith(first));
  const end = lines.findIndex((line, index) => index >= start && line.startsWith(last));
  if (start < 0 || end < 0) throw new Error(`${file} shows no lines from «${first}» to «${last}».`);
  await select(session.page, file, [start + 1, 1], [end + 1, Infinity]);
}
