/**
 * Icons: Microsoft's codicons (CC BY 4.0, https://github.com/microsoft/vscode-codicons), bundled as their own path
 * data and drawn through the DOM. `PanelNote.icon` takes these names; an unknown one draws nothing.
 */
import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import arrowDown from '@vscode/codicons/src/icons/arrow-down.svg';
import arrowLeft from '@vscode/codicons/src/icons/arrow-left.svg';
import arrowUp from '@vscode/codicons/src/icons/arrow-up.svg';
import attach from '@vscode/codicons/src/icons/attach.svg';
import beaker from '@vscode/codicons/src/icons/beaker.svg';
import book from '@vscode/codicons/src/icons/book.svg';
import check from '@vscode/codicons/src/icons/check.svg';
import chevronDown from '@vscode/codicons/src/icons/chevron-down.svg';
import chevronLeft from '@vscode/codicons/src/icons/chevron-left.svg';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg';
import clockface from '@vscode/codicons/src/icons/clockface.svg';
import close from '@vscode/codicons/src/icons/close.svg';
import commentDiscussion from '@vscode/codicons/src/icons/comment-discussion.svg';
import copy from '@vscode/codicons/src/icons/copy.svg';
import debugStop from '@vscode/codicons/src/icons/debug-stop.svg';
import diff from '@vscode/codicons/src/icons/diff.svg';
import edit from '@vscode/codicons/src/icons/edit.svg';
import ellipsis from '@vscode/codicons/src/icons/ellipsis.svg';
import error from '@vscode/codicons/src/icons/error.svg';
import exportIcon from '@vscode/codicons/src/icons/export.svg';
import fileCode from '@vscode/codicons/src/icons/file-code.svg';
import gitBranch from '@vscode/codicons/src/icons/git-branch.svg';
import goToFile from '@vscode/codicons/src/icons/go-to-file.svg';
import history from '@vscode/codicons/src/icons/history.svg';
import info from '@vscode/codicons/src/icons/info.svg';
import insert from '@vscode/codicons/src/icons/insert.svg';
import lightbulb from '@vscode/codicons/src/icons/lightbulb.svg';
import listSelection from '@vscode/codicons/src/icons/list-selection.svg';
import listTree from '@vscode/codicons/src/icons/list-tree.svg';
import loading from '@vscode/codicons/src/icons/loading.svg';
import multipleWindows from '@vscode/codicons/src/icons/multiple-windows.svg';
import newFile from '@vscode/codicons/src/icons/new-file.svg';
import pin from '@vscode/codicons/src/icons/pin.svg';
import pinned from '@vscode/codicons/src/icons/pinned.svg';
import refresh from '@vscode/codicons/src/icons/refresh.svg';
import replace from '@vscode/codicons/src/icons/replace.svg';
import search from '@vscode/codicons/src/icons/search.svg';
import send from '@vscode/codicons/src/icons/send.svg';
import settingsGear from '@vscode/codicons/src/icons/settings-gear.svg';
import symbolMethod from '@vscode/codicons/src/icons/symbol-method.svg';
import symbolOperator from '@vscode/codicons/src/icons/symbol-operator.svg';
import sync from '@vscode/codicons/src/icons/sync.svg';
import thinking from '@vscode/codicons/src/icons/thinking.svg';
import trash from '@vscode/codicons/src/icons/trash.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import wordWrap from '@vscode/codicons/src/icons/word-wrap.svg';

const sources = {
  'arrow-down': arrowDown,
  'arrow-left': arrowLeft,
  'arrow-up': arrowUp,
  attach,
  beaker,
  book,
  check,
  'chevron-down': chevronDown,
  'chevron-left': chevronLeft,
  'chevron-right': chevronRight,
  clockface,
  close,
  'comment-discussion': commentDiscussion,
  copy,
  'debug-stop': debugStop,
  diff,
  edit,
  ellipsis,
  error,
  export: exportIcon,
  'file-code': fileCode,
  'git-branch': gitBranch,
  'go-to-file': goToFile,
  history,
  info,
  insert,
  lightbulb,
  'list-selection': listSelection,
  'list-tree': listTree,
  loading,
  'multiple-windows': multipleWindows,
  'new-file': newFile,
  pin,
  pinned,
  refresh,
  replace,
  search,
  send,
  'settings-gear': settingsGear,
  'symbol-method': symbolMethod,
  'symbol-operator': symbolOperator,
  sync,
  thinking,
  trash,
  warning,
  'word-wrap': wordWrap,
} as const;

export type IconName = keyof typeof sources;

interface Path {
  readonly d: string;
  readonly evenOdd: boolean;
}

const pathsByName = new Map<string, readonly Path[]>();

function pathsOf(name: string): readonly Path[] {
  const known = pathsByName.get(name);
  if (known) return known;
  const source = name in sources ? sources[name as IconName] : '';
  const paths = [...source.matchAll(/<path\b[^>]*>/g)].map(([tag]) => ({
    d: /\bd="([^"]*)"/.exec(tag)?.[1] ?? '',
    evenOdd: tag.includes('evenodd'),
  }));
  pathsByName.set(name, paths);
  return paths;
}

/** For templates. Decorative: the control that holds it carries the name. */
export function icon(name: string, slot?: string): TemplateResult | typeof nothing {
  const paths = pathsOf(name);
  if (paths.length === 0) return nothing;
  return html`<svg class="i" viewBox="0 0 16 16" aria-hidden="true" slot=${slot ?? nothing}>
    ${paths.map(({ d, evenOdd }) => svg`<path d=${d} fill-rule=${evenOdd ? 'evenodd' : nothing}></path>`)}
  </svg>`;
}

/** For the parts that are built without templates. */
export function iconElement(name: IconName): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const element = document.createElementNS(namespace, 'svg');
  element.setAttribute('class', 'i');
  element.setAttribute('viewBox', '0 0 16 16');
  element.setAttribute('aria-hidden', 'true');
  for (const { d, evenOdd } of pathsOf(name)) {
    const path = element.appendChild(document.createElementNS(namespace, 'path'));
    path.setAttribute('d', d);
    if (evenOdd) path.setAttribute('fill-rule', 'evenodd');
  }
  return element;
}
