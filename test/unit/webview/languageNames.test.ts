import assert from 'node:assert/strict';
import { languageLabel } from '../../../webview/render/languageNames.ts';

describe('The label of a code block', () => {
  it('is the language as people write it, whatever the model wrote', () => {
    const labels = ['py', 'Python3', 'cpp', 'c++', 'C#', 'ts', 'tex', 'sh', 'lean4', 'yml', 'html', 'r'].map(languageLabel);
    assert.deepEqual(labels, ['Python', 'Python', 'C++', 'C++', 'C#', 'TypeScript', 'LaTeX', 'Bash', 'Lean', 'YAML', 'HTML', 'R']);
  });

  it('stays as it was written where the language is not known, and is empty where none is named', () => {
    assert.deepEqual(['qbasic', 'constructor', ''].map(languageLabel), ['qbasic', 'constructor', '']);
  });
});
