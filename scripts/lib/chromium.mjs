/** The browser that shows the workbench and the panel in tests, demo and benchmark. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installDebianPackages } from './debian.mjs';
import { PlainError } from './progress.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const wellKnown = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * Path of a Chromium or Chrome: CHROMIUM_PATH, else the PATH, else where it is usually installed, else from Debian's packages.
 * @returns {Promise<string>}
 * @throws {PlainError} when there is none and it cannot be installed from here
 */
export async function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (existsSync(given)) return given;
    throw new PlainError(
      `CHROMIUM_PATH names ${given}, and there is no such file. Correct it, or unset it to let Lemma look for a browser.`,
    );
  }
  const found = onPath(names) ?? wellKnown.find((file) => existsSync(file));
  if (found) return found;
  if (await installDebianPackages(['chromium', 'fonts-dejavu-core'])) {
    const installed = onPath(names);
    if (installed) return installed;
  }
  throw new PlainError('The tests need Chromium or Google Chrome, and none was found. Install one, or set CHROMIUM_PATH to its program.');
}

/** The first of these programs on the PATH. */
export function onPath(programs) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  return programs
    .flatMap((name) => folders.flatMap((folder) => endings.map((ending) => path.join(folder, name + ending))))
    .find((file) => existsSync(file));
}
