import assert from 'node:assert/strict';
import { isTestFile, testFilesOf } from '../../src/core/testFiles.ts';

describe('the tests of a file', () => {
  it('are known by their names or their folder', () => {
    for (const path of [
      'test_area.py',
      'src/area.test.ts',
      'area_test.go',
      'src/AreaTest.java',
      'tests/area.rs',
      'spec/area.rb',
      'TestArea.cs',
    ])
      assert.equal(isTestFile(path), true, path);
    for (const path of ['area.py', 'src/latest.ts', 'contest.go', 'src/attestation/area.rs', 'testament.py', 'Testimony.java'])
      assert.equal(isTestFile(path), false, path);
  });

  it('are looked for by one glob', () => {
    const glob = testFilesOf('src/area.py') ?? '';
    assert.match(glob, /^\*\*\/\{.*\}\.py$/);
    for (const name of ['test_area', 'area_test', 'area.test', 'area.spec', 'AreaTest', 'TestArea'])
      assert.ok(glob.slice(4, -4).split(',').includes(name), name);
  });

  it('are not looked for where a glob would mean something else, or nothing is known', () => {
    for (const path of ['src/[id].ts', 'a{b}.py', 'Makefile']) assert.equal(testFilesOf(path), undefined, path);
  });
});
