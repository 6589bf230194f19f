/** What a zip holds, read from its central directory (PKWARE APPNOTE 4.3.12); enough for packages, which have no Zip64. */

/**
 * @param {Buffer} zip
 * @returns {{ name: string, crc: number, time: number }[]} in the order of the file; `time` as DOS writes it, date first
 */
export function zipEntries(zip) {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) throw new Error('It is no zip.');
  const entries = [];
  for (let at = zip.readUInt32LE(end + 16); at < end && zip.readUInt32LE(at) === 0x02014b50;) {
    const [name, extra, comment] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const time = zip.readUInt16LE(at + 14) * 65_536 + zip.readUInt16LE(at + 12);
    entries.push({ name: zip.toString('utf8', at + 46, at + 46 + name), crc: zip.readUInt32LE(at + 16), time });
    at += 46 + name + extra + comment;
  }
  return entries;
}
