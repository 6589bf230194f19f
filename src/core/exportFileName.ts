/** Most characters of the name, without its ending: many file systems allow 255 bytes, and a character has up to four. */
const longestName = 60;

/** Names that Windows keeps for devices. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * The name of a conversation's file, from its title: without what Windows, macOS or Linux do not allow in a name.
 * @param otherwise the name where nothing is left of the title
 */
export function exportFileName(title: string, otherwise: string): string {
  const allowed = title.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, ' ').replace(/\s+/g, ' ');
  const cut = Array.from(allowed.trim()).slice(0, longestName).join('');
  // A dot in front hides the file; dots and blanks at the end are dropped by Windows.
  const name = cut.replace(/^[. ]+|[. ]+$/g, '');
  return `${name === '' || reserved.test(name) ? otherwise : name}.md`;
}
