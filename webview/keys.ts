/** Enter as it sends a text: without a modifier, and not the one by which an input method chooses a character (229 is what older ones send). */
export function isPlainEnter(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !event.isComposing && event.keyCode !== 229;
}
