import assert from 'node:assert/strict';
import { desktopExecutable } from '../desktop/executable.ts';

const noDownload = (): Promise<string> => Promise.reject(new Error('no download was expected'));

describe('the desktop VS Code of the tests', () => {
  it('is the one that VSCODE_EXECUTABLE names', async () => {
    assert.equal(await desktopExecutable({ VSCODE_EXECUTABLE: process.execPath }, noDownload), process.execPath);
  });

  it('is not looked for elsewhere when VSCODE_EXECUTABLE names nothing that exists', async () => {
    await assert.rejects(
      desktopExecutable({ VSCODE_EXECUTABLE: '/no/such/code' }, noDownload),
      /^Error: VSCODE_EXECUTABLE names \/no\/such\/code, and there is no such file\./,
    );
  });

  it('is downloaded when none is named', async () => {
    assert.equal(await desktopExecutable({}, () => Promise.resolve('/downloaded/code')), '/downloaded/code');
  });

  it('is missing with one sentence and a way forward when the download fails', async () => {
    const offline = (): Promise<string> => Promise.reject(new Error('getaddrinfo ENOTFOUND example.invalid\n    at somewhere'));
    await assert.rejects(
      desktopExecutable({}, offline),
      /^Error: Desktop VS Code could not be downloaded \(getaddrinfo ENOTFOUND example\.invalid\)\. Set VSCODE_EXECUTABLE to an installed one, or run «npm run test:editor»/,
    );
  });
});
