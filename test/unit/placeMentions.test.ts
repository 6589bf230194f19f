import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isFileLike, placeMentions } from '../../src/core/placeMentions.ts';

const found = (text: string): string[] =>
  placeMentions(text).map(({ path, line, column }) => [path, line, column].filter((part) => part !== undefined).join('|'));

describe('mentions of places in files', () => {
  it('are names with a file’s ending, with folders, lines and columns', () => {
    assert.deepEqual(found('See poly.py, src/core/answer.ts:12 and ./lib/a.rs:3:14.'), [
      'poly.py',
      'src/core/answer.ts|12',
      'lib/a.rs|3|14',
    ]);
    assert.deepEqual(found('(poly.py:8–15) [main.tex:7-9] "a-b_c.test.ts:1"'), ['poly.py|8', 'main.tex|7', 'a-b_c.test.ts|1']);
    assert.deepEqual(found('src\\win\\a.ts:4, /home/me/work/b.c and C:\\work\\c.h:2'), [
      'src/win/a.ts|4',
      '/home/me/work/b.c',
      'C:/work/c.h|2',
    ]);
    assert.deepEqual(found('The Makefile, docker/Dockerfile and .github/workflows/ci.yml'), [
      'Makefile',
      'docker/Dockerfile',
      '.github/workflows/ci.yml',
    ]);
    assert.deepEqual(found('src/LICENSE:3 has a line, so its ending does not matter; tool.xyz:5 too'), ['src/LICENSE|3', 'tool.xyz|5']);
  });

  it('have letters of every language, and what stands between signs that need no spaces is found in them too', () => {
    assert.deepEqual(found('Siehe Größe.md:3, src/mañana.py und файл.txt.'), ['Größe.md|3', 'src/mañana.py', 'файл.txt']);
    assert.deepEqual(found('请看src/main.ts文件'), ['src/main.ts']);
    assert.deepEqual(found('打开 说明.md'), ['说明.md']);
    assert.deepEqual(found('打开main.ts:7'), ['打开main.ts|7', 'main.ts|7']);
    assert.deepEqual(found('Übermain.ts'), ['Übermain.ts'], 'the end of a word is no name');
  });

  it('have spaces where inline code or quotes hold them together', () => {
    const inCode = (text: string): string[] => placeMentions(text, true).map(({ path, line }) => [path, line ?? ''].join('|'));
    assert.deepEqual(inCode('My notes/Über uns.md:12'), ['My notes/Über uns.md|12', 'uns.md|12']);
    assert.deepEqual(inCode('python poly.py'), ['python poly.py|', 'poly.py|']);
    assert.deepEqual(found('Open "my part.tex", „Über uns.md“ or «a b.py:3».'), [
      'my part.tex',
      'part.tex',
      'Über uns.md',
      'uns.md',
      'a b.py|3',
      'b.py|3',
    ]);
    assert.deepEqual(inCode('return a.b + c.d'), []);
    assert.deepEqual(found('She said "it is in the end." and left.'), []);
  });

  it('are told with where they stand, line and column included', () => {
    const text = 'In poly.py:12:5, see.';
    const [only] = placeMentions(text);
    assert.equal(text.slice(only?.start, only?.end), 'poly.py:12:5');
  });

  it('are not members, numbers, abbreviations, prose or addresses', () => {
    for (const text of [
      'items.length, np.array and Math.min(a.b)',
      'e.g. 3.14 or 1.5, i.e. the U.S. and/or x/y',
      'the ratio 3:4, at 10:30, f.x:',
      'https://example.org/a.js',
      'mail@example.org',
      'J.S. Bach; a...b; ..; ./ and //',
    ]) {
      assert.deepEqual(found(text), [], text);
    }
  });

  it('have no character that a search pattern would give a meaning', () => {
    for (const path of ['*/a.py', '{a,b}/c.py', 'a?.py', 'a[0].py', '!a.py', 'a /b.py', ' a.py', ''])
      assert.equal(isFileLike(path, true), false, path);
  });

  it('never lead out of their folder', () => {
    for (const path of ['../a.py', 'src/../../a.py', '/../a.py', '..', 'a/..']) assert.equal(isFileLike(path), false, path);
    assert.deepEqual(found('../../etc/a.py:1 and src/../a.py'), []);
  });

  it('are in order, inside the text, and never hang', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '.', '/', '\\', ':', '1', ' ', '-', 'py', '~', '..', 'é', '文', '"'), maxLength: 200 }),
        (text) => {
          for (const isCode of [false, true]) {
            let start = 0;
            for (const each of placeMentions(text, isCode)) {
              assert.ok(each.start >= start && each.end > each.start && each.end <= text.length);
              assert.ok(!each.path.split('/').includes('..'));
              start = each.start;
            }
          }
        },
      ),
    );
    for (const unit of ['a/', 'a.', 'a', '/', 'a:1', '.py/', '~', '\\', 'é', '文/', '"a ', 'a ']) {
      for (const isCode of [false, true]) assert.ok(placeMentions(unit.repeat(50_000), isCode).length >= 0);
    }
  });
});
