/**
 * Code blocks: a box with the language and what can be done with the code, and the code in the theme's colours.
 */
import { iconElement } from '../icons.ts';
import type { IconName } from '../icons.ts';
import type { Slot } from './html.ts';
import { morphChildren } from './morph.ts';
import { sanitized } from './sanitize.ts';

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
      button('insert', 'insert', words.insert, words.insertAtCursor, true),
      button('replace', 'replace', words.replace, words.replaceSelection, true),
      button('copy', 'copy', words.copy, words.copyCode, false),
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
  if (label) label.textContent = highlighter?.languageName(slot.language) ?? slot.language;
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
      const label = box.querySelector('.language');
      if (label) label.textContent = module.languageName(now.language) ?? now.language;
      paint(box, now, true);
    }
    waiting.clear();
  }, onError);
}

/** `verb`: it changes the file, so it is a word wherever there is room for one. */
function button(action: string, iconName: IconName, text: string, title: string, verb: boolean): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = verb ? 'icon verb' : 'icon';
  element.dataset.do = action;
  element.title = title;
  element.setAttribute('aria-label', title);
  const label = document.createElement('span');
  label.className = 't';
  label.textContent = text;
  element.append(iconElement(iconName), label);
  return element;
}
