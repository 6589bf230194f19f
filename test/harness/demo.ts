/** The steps of `npm run demo` (see scripts/demo.mjs): solve the sample problem, explain a function, two pictures or more. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { say } from '../../scripts/lib/progress.mjs';
import { JournalReader } from './journal.ts';
import { startSession } from './session.ts';
import type { Session } from './session.ts';
import { repositoryRoot } from './settings.ts';
import { editorLines, openFile, panelFrame, runCommand, select, widenSideBar } from './workbench.ts';

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

const session = await startSession({ workspace: path.join(repositoryRoot, 'samples'), open: 'problem.md', width: 1280, height: 800 });
try {
  say(`A real VS Code workbench is open at ${session.server.base}.`);
  await widenSideBar(session.page, 420);
  const journal = new JournalReader(session.server);

  const problem = await lineOf(session, 'problem.md', 'Let a, b be');
  await select(session.page, 'problem.md', [problem, 1], [problem, Infinity]);
  await ask(session, journal, 'Lemma: Solve Selection', 'solve');

  await openFile(session.page, 'poly.py');
  const start = await lineOf(session, 'poly.py', 'def naive_eval');
  const end = await lineOf(session, 'poly.py', 'def horner_eval');
  await select(session.page, 'poly.py', [start, 1], [end - 2, 1]);
  await ask(session, journal, 'Lemma: Explain Selection', 'explain');
} finally {
  await session.shot('demo-end');
  await session.close();
}

/** Runs the command, prints the reply while it is written, and keeps one picture during the thought and one at the end. */
async function ask(open: Session, journal: JournalReader, command: string, name: string): Promise<void> {
  say(`${command}\n`);
  await runCommand(open.page, command);
  const print = new StreamPrinter();
  let thinking: Promise<void> | undefined;
  const end = await journal.followTurn((event) => {
    print.event(event);
    if (event.type === 'delta') thinking ??= picture(open, `${name}-thinking`);
  });
  await thinking;
  process.stdout.write('\n\n');
  if (end.end.kind !== 'complete') throw new Error(`The turn did not end as it should: ${JSON.stringify(end.end)}`);
  await panelFrame(open.page).locator('.actions').last().waitFor();
  await picture(open, name);
}

async function picture(open: Session, name: string): Promise<void> {
  const file = path.join(images, `${name}.png`);
  copyFileSync(await open.shot(`demo-${name}`), file);
  say(`wrote ${path.relative(repositoryRoot, file)}`);
}

async function lineOf(open: Session, file: string, start: string): Promise<number> {
  const lines = await editorLines(open.page, file);
  const index = lines.findIndex((line) => line.startsWith(start));
  if (index < 0) throw new Error(`${file} shows no line that begins with «${start}».`);
  return index + 1;
}
