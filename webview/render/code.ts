/**
 * Code blocks: a box with the language and what can be done with the code, and the code in the theme's colours.
 */
import type { Slot } from './html.ts';
import { languageLabel } from './languageNames.ts';
import { morphChildren } from './morph.ts';
import { sanitized } from './sanitize.ts';
import { slotButton } from './slotButton.ts';

type CodeSlot = Extract<Slot, { kind: 'code' }>;
type Highlighter = typeof import('./highlighter.ts');

export interface CodeWords {
  readonly code: string;
  readonly insert: string;
  readonly replace: string;
  readonly copy: string;
  readonly insertAtCursor: string;
  readonly replaceSelection: string;
  readonly copyCode: string;
  readonly openAsEditor: string;
  readonly wrapLines: string;
}

/** Longer code stays plain while it is written: each frame would highlight all of it again. */
const liveLimit = 6_000;
const absoluteLimit = 200_000;

let highlighter: Highlighter | undefined;
let loading: Promise<void> | undefined;
const waiting = new Set<Element>();

interface Drawn {
  text: string;
  language: string;
  coloured: boolean;
}
const drawn = new WeakMap<Element, Drawn>();

/** Resolves when every code block drawn so far has its colours. */
export async function codeSettled(): Promise<void> {
  await loading;
}

/** The box of a code block. Buttons carry `data-do`; whoever owns the answer listens and counts the blocks. */
export function codeElement(slot: CodeSlot, words: CodeWords, open: boolean, onError: (error: unknown) => void): HTMLElement {
  const box = document.createElement('div');
  box.className = slot.fenced ? 'code fenced' : 'code';
  if (slot.fenced) {
    const header = box.appendChild(document.createElement('header'));
    const label = header.appendChild(document.createElement('span'));
    label.className = 'language';
    header.append(
      slotButton({ action: 'insert', icon: 'insert', title: words.insertAtCursor, text: words.insert, verb: true }),
      slotButton({ action: 'replace', icon: 'replace', title: words.replaceSelection, text: words.replace, verb: true }),
      slotButton({ action: 'copy', icon: 'copy', title: words.copyCode, text: words.copy }),
      slotButton({ action: 'openAsEditor', icon: 'file-code', title: words.openAsEditor }),
      wrapButton(words),
    );
  }
  const pre = box.appendChild(document.createElement('pre'));
  pre.tabIndex = 0;
  pre.setAttribute('aria-label', words.code);
  pre.setAttribute('role', 'group');
  pre.append(document.createElement('code'));
  updateCode(box, slot, open, onError);
  return box;
}

/** Brings a box up to date with its grown text. `open`: more of it may come. */
export function updateCode(box: Element, slot: CodeSlot, open: boolean, onError: (error: unknown) => void): void {
  const now = drawn.get(box);
  const colour = slot.language !== '' && slot.text.length <= (open ? liveLimit : absoluteLimit);
  if (now && now.text === slot.text && now.language === slot.language && (now.coloured || !colour)) return;
  drawn.set(box, { text: slot.text, language: slot.language, coloured: colour && highlighter !== undefined });
  const label = box.querySelector('.language');
  if (label) label.textContent = languageLabel(slot.language);
  paint(box, slot, colour);
  if (colour && !highlighter) {
    waiting.add(box);
    load(onError);
  }
}

function paint(box: Element, slot: Pick<CodeSlot, 'text' | 'language'>, colour: boolean): void {
  const code = box.querySelector('pre > code');
  if (!code) return;
  const html = colour ? highlighter?.highlighted(slot.text, slot.language) : undefined;
  if (html === undefined) code.textContent = slot.text;
  else morphChildren(code, sanitized(html));
}

function load(onError: (error: unknown) => void): void {
  loading ??= import('./highlighter.ts').then((module) => {
    highlighter = module;
    for (const box of waiting) {
      const now = drawn.get(box);
      if (!now) continue;
      now.coloured = true;
      paint(box, now, true);
    }
    waiting.clear();
  }, onError);
}

/** Long lines of all code boxes are wrapped. */
let wrapped = false;

/** Wraps the lines of all code boxes, or lets them scroll; boxes that are drawn later follow. */
export function wrapCode(on: boolean): void {
  wrapped = on;
  document.body.classList.toggle('wrap-code', on);
  for (const button of document.querySelectorAll('[data-do=wrap]')) button.setAttribute('aria-pressed', String(on));
}

function wrapButton({ wrapLines }: CodeWords): HTMLButtonElement {
  const button = slotButton({ action: 'wrap', icon: 'word-wrap', title: wrapLines });
  button.setAttribute('aria-pressed', String(wrapped));
  return button;
}
