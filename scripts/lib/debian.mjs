/** What the system itself must hold. Only on Debian and its relatives, and only as root, can that be put in from here. */
import { existsSync } from 'node:fs';
import { PlainError, step } from './progress.mjs';
import { cleanEnv, mustRun, run } from './run.mjs';

/** One installation at a time: apt-get does not wait for another that reads the package lists. */
let installing = Promise.resolve(true);

/**
 * Installs those of the packages that are missing.
 * @param {readonly string[]} packages
 * @returns {Promise<boolean>} false where this is no Debian; the caller then says what it misses
 * @throws {PlainError} on a Debian where something is missing and this is not root, with the command to run
 */
export function installDebianPackages(packages) {
  const installed = installing.then(() => installMissing(packages));
  installing = installed.catch(() => true);
  return installed;
}

async function installMissing(packages) {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/dpkg-query') || !existsSync('/usr/bin/apt-get')) return false;
  const missing = [];
  for (const name of packages) {
    const { output } = await run('dpkg-query', ['-W', '-f', '${db:Status-Status}', name]);
    if (output !== 'installed') missing.push(name);
  }
  if (missing.length === 0) return true;
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (process.getuid?.() !== 0) {
    throw new PlainError(`This needs system packages. Run this once, then start again: sudo apt-get ${install.join(' ')}`);
  }
  const wait = ['-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3'];
  const env = cleanEnv({ extra: { DEBIAN_FRONTEND: 'noninteractive' } });
  await step(`Installing Debian packages: ${missing.join(', ')}`, async () => {
    await mustRun('Reading the package lists', 'apt-get', [...wait, 'update'], { env });
    await mustRun('Installing the packages', 'apt-get', [...wait, ...install], { env });
  });
  return true;
}
