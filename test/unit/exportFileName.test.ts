import assert from 'node:assert/strict';
import { exportFileName } from '../../src/core/exportFileName.ts';

describe('The name of an exported conversation’s file', () => {
  const name = (title: string): string => exportFileName(title, 'Conversation');

  it('is its title, without what a system does not allow in a name', () => {
    assert.equal(name('What is 17 + 25?'), 'What is 17 + 25.md');
    assert.equal(name('poly.py:8–15 · def horner(p, x):'), 'poly.py 8–15 · def horner(p, x).md');
    assert.equal(name('a/b\\c "d" <e> | f*\u0000g\nh'), 'a b c d e f g h.md');
    assert.equal(name('积分的定义'), '积分的定义.md');
  });

  it('is neither hidden nor ends with a dot', () => {
    assert.equal(name('...and then?'), 'and then.md');
    assert.equal(name('../../etc/passwd'), 'etc passwd.md');
    assert.equal(name('Sums. '), 'Sums.md');
  });

  it('is cut, never inside a character', () => {
    const long = name('𝑥'.repeat(100));
    assert.equal(Array.from(long).length, 63);
    assert.doesNotMatch(long, /\p{Surrogate}/u);
  });

  it('is another one where nothing is left of the title, or Windows keeps it for a device', () => {
    for (const title of ['', ' ', '???', '..', 'CON', 'lpt1']) assert.equal(name(title), 'Conversation.md', title);
  });
});
