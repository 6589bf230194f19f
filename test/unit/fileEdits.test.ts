import assert from 'node:assert/strict';
import { fileBlocks } from '../../src/core/fileEdits.ts';

const paths = (answer: string): string[] => fileBlocks(answer).map(({ path }) => path);
const fence = (info: string, code = 'x'): string => `\`\`\`${info}\n${code}\n\`\`\`\n`;

describe('the files of an answer', () => {
  it('are named in the info string of a block', () => {
    for (const info of [
      'ts title="src/a.ts"',
      "ts title='src/a.ts'",
      'ts file=src/a.ts',
      'ts path="src/a.ts" {1,2}',
      'ts filename=./src/a.ts',
      'ts src/a.ts',
      'ts:src/a.ts',
      'src/a.ts',
    ]) {
      assert.deepEqual(paths(fence(info)), ['src/a.ts'], info);
    }
  });

  it('are named by a comment on its first line, which is no part of the code', () => {
    for (const comment of ['// src/a.ts', '# src/a.ts', '<!-- src/a.ts -->', '/* src/a.ts */', '-- src/a.ts', '// File: src/a.ts']) {
      const [block] = fileBlocks(fence('ts', `${comment}\nconst a = 1;`));
      assert.equal(block?.path, 'src/a.ts', comment);
      assert.equal(block.answer, '```ts\nconst a = 1;\n```', comment);
    }
  });

  it('are named alone in the line above', () => {
    for (const line of [
      '### src/a.ts',
      '### `src/a.ts`',
      '**src/a.ts**',
      '**`src/a.ts`:**',
      '`src/a.ts`:',
      'File: src/a.ts',
      '1. `src/a.ts`',
      '## src/a.ts (new file)',
      'src/a.ts',
    ]) {
      assert.deepEqual(paths(`Two files change.\n\n${line}\n\n${fence('ts')}`), ['src/a.ts'], line);
    }
  });

  it('are not guessed from prose, shell lines or addresses', () => {
    for (const answer of [
      `Change src/a.ts as follows:\n\n${fence('ts')}`,
      fence('ts', '// a comment\nx'),
      fence('ts', '# heading'),
      fence('ts', '// https://example.com/a.ts'),
      fence('python'),
      fence('c++'),
      fence('ts title="../outside.ts"'),
      fence('ts title="/etc/passwd.txt"'),
      fence('ts title="C:\\a.ts"'),
      fence('ts title="~/a.ts"'),
      `### 2.5\n\n${fence('ts')}`,
      `### e.g.\n\n${fence('ts')}`,
    ]) {
      assert.deepEqual(paths(answer), [], answer);
    }
  });

  it('have the last of several blocks, and know whether it was ended', () => {
    const blocks = fileBlocks(`${fence('ts a.ts', 'one')}\n${fence('py b.py', 'two')}\n${fence('ts a.ts', 'three')}\n\`\`\`js c.js\nfour`);
    assert.deepEqual(
      blocks.map(({ path, answer, language, closed }) => [path, answer, language, closed]),
      [
        ['b.py', '```py\ntwo\n```', 'py', true],
        ['a.ts', '```ts\nthree\n```', 'ts', true],
        ['c.js', '```js\nfour\n```', 'js', false],
      ],
    );
  });

  it('keep fences within a block', () => {
    const [block] = fileBlocks('````md title="README.md"\n```sh\nls\n```\n````');
    assert.equal(block?.answer, '````md\n```sh\nls\n```\n````');
  });
});
