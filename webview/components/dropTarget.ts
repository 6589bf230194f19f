/**
 * Files and text dropped on the panel. VS Code gives a webview the drag only while Shift is held, and then the addresses of
 * what is dragged from its own lists; of files from outside it tells none.
 */

/** Types that name resources, the richest first. */
const uriTypes = ['application/vnd.code.uri-list', 'text/uri-list'] as const;

export interface DropHandlers {
  /** Files are over the panel, or no longer. */
  readonly onDrag: (over: boolean) => void;
  /** No address when there were files without one. */
  readonly onUris: (uris: string[]) => void;
  /** Text that no text field takes by itself. */
  readonly onText: (text: string) => void;
}

/** @returns what releases the listeners */
export function acceptDrops(target: HTMLElement, { onDrag, onUris, onText }: DropHandlers): () => void {
  const accept = (event: DragEvent): void => {
    const files = hasFiles(event);
    onDrag(files);
    if (!event.dataTransfer || (!files && !takesText(event))) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  };
  const leave = ({ relatedTarget }: DragEvent): void => {
    if (!(relatedTarget instanceof Node && target.contains(relatedTarget))) onDrag(false);
  };
  const drop = (event: DragEvent): void => {
    onDrag(false);
    const { dataTransfer } = event;
    if (!dataTransfer || (!hasFiles(event) && !takesText(event))) return;
    event.preventDefault();
    const uris = droppedUris(dataTransfer);
    // Links of a browser are text.
    if (uris.length > 0 && uris.every((uri) => /^https?:/.test(uri))) onText(uris.join('\n'));
    else if (hasFiles(event)) onUris(uris);
    else onText(dataTransfer.getData('text/plain'));
  };
  const listeners = { dragenter: accept, dragover: accept, dragleave: leave, drop } as const;
  const types = Object.keys(listeners) as (keyof typeof listeners)[];
  for (const type of types) target.addEventListener(type, listeners[type]);
  return () => {
    for (const type of types) target.removeEventListener(type, listeners[type]);
  };
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  const types = dataTransfer?.types ?? [];
  return types.includes('Files') || uriTypes.some((type) => types.includes(type));
}

/** The box around the text field is part of it for a hand that drops something; the field itself takes text by itself. */
function takesText({ dataTransfer, target }: DragEvent): boolean {
  if (!dataTransfer?.types.includes('text/plain') || !(target instanceof Element)) return false;
  return target.closest('.composer') !== null && !target.matches('textarea');
}

/** Lines of a `text/uri-list` (RFC 2483): those that begin with `#` are comments. */
function droppedUris(data: DataTransfer): string[] {
  const list = uriTypes.map((type) => data.getData(type)).find((text) => text.trim() !== '') ?? '';
  const lines = list.split(/\r?\n/).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))];
}
