import assert from 'node:assert/strict';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findModelFiles, localToolFolders } from '../../src/host/models/findModelFiles.ts';
import type { FoundModel } from '../../src/host/models/findModelFiles.ts';
import { toolFolders } from '../../src/host/models/modelFolders.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

describe('Models in the folders of other tools', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'lemma-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** Writes a file with its folders; `bytes` long, or this text. */
  function put(file: string, content: number | string): string {
    const full = path.join(home, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, typeof content === 'string' ? content : Buffer.alloc(content));
    return full;
  }

  async function find(env: Readonly<Record<string, string>> = {}): Promise<FoundModel[]> {
    const folders = await localToolFolders({ platform: 'linux', home, env });
    // Not what this machine's own Ollama has.
    return findModelFiles(
      folders.filter((each) => each.path.startsWith(home)),
      { minBytes: 1 },
    );
  }
  const told = (models: readonly FoundModel[]): string[] => models.map(({ tool, label, bytes }) => `${tool} ${label} ${bytes}`);

  function ollamaModel(root: string, manifest: string, letter: string, bytes: number): void {
    const layers = [
      { mediaType: 'application/vnd.ollama.image.template', digest: digest('e') },
      { mediaType: 'application/vnd.ollama.image.model', digest: digest(letter) },
    ];
    put(path.join(root, 'manifests', manifest), JSON.stringify({ schemaVersion: 2, layers }));
    put(path.join(root, 'blobs', digest(letter).replace(':', '-')), bytes);
  }

  it('are found in LM Studio’s, by publisher and model', async () => {
    put('.lmstudio/models/unsloth/GLM-Z1-9B-0414-GGUF/GLM-Z1-9B-0414-Q4_K_M.gguf', 10);
    put('.lmstudio/models/unsloth/GLM-Z1-9B-0414-GGUF/mmproj-F16.gguf', 10);
    put('.lmstudio/models/unsloth/GLM-Z1-9B-0414-GGUF/README.md', 10);
    put('.cache/lm-studio/models/old/model/GLM-4-9B-0414-Q8_0.gguf', 20);
    assert.deepEqual(told(await find()), ['lmStudio GLM-Z1-9B-0414-Q4_K_M.gguf 10', 'lmStudio GLM-4-9B-0414-Q8_0.gguf 20']);
  });

  it('are found where LM Studio was moved to', async () => {
    const elsewhere = path.join(home, 'elsewhere');
    put('.lmstudio-home-pointer', `${elsewhere}\n`);
    put('elsewhere/models/a/b/moved.gguf', 10);
    put('elsewhere/settings.json', JSON.stringify({ downloadsFolder: path.join(home, 'disk') }));
    put('disk/c/d/download.gguf', 10);
    assert.deepEqual(told(await find()), ['lmStudio download.gguf 10', 'lmStudio moved.gguf 10']);
  });

  it('are found in Ollama’s manifests and blobs, by name and tag', async () => {
    ollamaModel('.ollama/models', 'registry.ollama.ai/library/glm4/9b', 'a', 10);
    ollamaModel('.ollama/models', 'hf.co/unsloth/GLM-Z1-9B-0414-GGUF/Q4_K_M', 'b', 20);
    const models = await find();
    assert.deepEqual(told(models), ['ollama glm4:9b 10', 'ollama hf.co/unsloth/GLM-Z1-9B-0414-GGUF:Q4_K_M 20'].sort());
    assert.equal(path.basename(models.find(({ bytes }) => bytes === 10)?.path ?? ''), `sha256-${'a'.repeat(64)}`);
  });

  it('are found where OLLAMA_MODELS, HF_HUB_CACHE and LLAMA_CACHE say', async () => {
    ollamaModel('o', 'registry.ollama.ai/library/glm4/9b', 'a', 10);
    put('h/models--bartowski--THUDM_GLM-Z1-9B-0414-GGUF/snapshots/abc/THUDM_GLM-Z1-9B-0414-Q4_K_M.gguf', 20);
    put('l/unsloth_GLM-4-9B-0414-GGUF_GLM-4-9B-0414-Q4_K_M.gguf', 30);
    const env = { OLLAMA_MODELS: path.join(home, 'o'), HF_HUB_CACHE: path.join(home, 'h'), LLAMA_CACHE: path.join(home, 'l') };
    assert.deepEqual(told(await find(env)), [
      'ollama glm4:9b 10',
      'huggingFace bartowski/THUDM_GLM-Z1-9B-0414-GGUF: THUDM_GLM-Z1-9B-0414-Q4_K_M.gguf 20',
      'llamaCpp unsloth_GLM-4-9B-0414-GGUF_GLM-4-9B-0414-Q4_K_M.gguf 30',
    ]);
  });

  it('are found in the hub’s cache by their names, each blob once', async () => {
    const root = '.cache/huggingface/hub/models--unsloth--GLM-Z1-9B-0414-GGUF';
    const blob = put(`${root}/blobs/${'c'.repeat(64)}`, 10);
    for (const revision of ['one', 'two']) {
      mkdirSync(path.join(home, root, 'snapshots', revision), { recursive: true });
      symlinkSync(
        path.relative(path.join(home, root, 'snapshots', revision), blob),
        path.join(home, root, 'snapshots', revision, 'GLM-Z1-9B-0414-Q4_K_M.gguf'),
      );
    }
    assert.deepEqual(told(await find()), ['huggingFace unsloth/GLM-Z1-9B-0414-GGUF: GLM-Z1-9B-0414-Q4_K_M.gguf 10']);
  });

  it('are told once when they were linked from tool to tool', async () => {
    const file = put('.lmstudio/models/a/b/GLM-Z1-9B-0414-Q4_K_M.gguf', 10);
    mkdirSync(path.join(home, '.cache/llama.cpp'), { recursive: true });
    symlinkSync(file, path.join(home, '.cache/llama.cpp/linked.gguf'));
    assert.deepEqual(told(await find()), ['lmStudio GLM-Z1-9B-0414-Q4_K_M.gguf 10']);
  });

  it('are one model where they are split, and none where a part is missing', async () => {
    for (const part of ['00001', '00002', '00003']) put(`.cache/llama.cpp/big-${part}-of-00003.gguf`, 10);
    put('.cache/llama.cpp/torn-00001-of-00002.gguf', 10);
    assert.deepEqual(told(await find()), ['llamaCpp big-00001-of-00003.gguf 30']);
  });

  it('are found behind a link to another disk, and a link to a parent is no endless way', async () => {
    put('disk/a/b/GLM-Z1-9B-0414-Q4_K_M.gguf', 10);
    symlinkSync(home, path.join(home, 'disk/a/b/home'));
    mkdirSync(path.join(home, '.lmstudio/models'), { recursive: true });
    symlinkSync(path.join(home, 'disk'), path.join(home, '.lmstudio/models/disk'));
    assert.deepEqual(told(await find()), ['lmStudio GLM-Z1-9B-0414-Q4_K_M.gguf 10']);
  });

  it('are not looked for deeper than models lie', async () => {
    put('.cache/llama.cpp/1/2/3/4/5/6/found.gguf', 10);
    put('.cache/llama.cpp/1/2/3/4/5/6/7/too-deep.gguf', 10);
    assert.deepEqual(told(await find()), ['llamaCpp found.gguf 10']);
  });

  it('leave out broken links, damaged manifests and digests that lead elsewhere', async () => {
    mkdirSync(path.join(home, '.cache/llama.cpp'), { recursive: true });
    symlinkSync(path.join(home, 'gone'), path.join(home, '.cache/llama.cpp/broken.gguf'));
    put('.ollama/models/manifests/registry.ollama.ai/library/a/damaged', '{"layers": [');
    put('.ollama/models/manifests/registry.ollama.ai/library/a/empty', 'null');
    put('.ollama/models/manifests/registry.ollama.ai/library/a/text', '{"layers": "none"}');
    const layers = [{ mediaType: 'application/vnd.ollama.image.model', digest: 'sha256:../../../../secret' }, null];
    put('.ollama/models/manifests/registry.ollama.ai/library/a/hostile', JSON.stringify({ layers }));
    put('secret', 10);
    ollamaModel('.ollama/models', 'registry.ollama.ai/library/good/1', 'a', 10);
    rmSync(path.join(home, '.ollama/models/blobs', `sha256-${'a'.repeat(64)}`));
    put('.lmstudio/settings.json', '{"downloadsFolder": 5}');
    assert.deepEqual(await find(), []);
  });

  it('leave out folders that cannot be read, and go on with the others', async () => {
    put('.lmstudio/models/locked/a.gguf', 10);
    put('.cache/llama.cpp/b.gguf', 10);
    symlinkSync('loop', path.join(home, '.lmstudio/models/loop'));
    chmodSync(path.join(home, '.lmstudio/models/locked'), 0);
    try {
      // Nothing is forbidden to root.
      const readable = process.getuid?.() === 0 ? ['lmStudio a.gguf 10'] : [];
      assert.deepEqual(told(await find()), [...readable, 'llamaCpp b.gguf 10']);
    } finally {
      chmodSync(path.join(home, '.lmstudio/models/locked'), 0o700);
    }
  });

  it('leave out a file in place of a folder, and small files', async () => {
    put('.lmstudio/models', 10);
    put('.cache/llama.cpp/adapter.gguf', 10);
    linkSync(path.join(home, '.cache/llama.cpp/adapter.gguf'), path.join(home, '.cache/llama.cpp/again.gguf'));
    assert.deepEqual(
      await findModelFiles(await localToolFolders({ platform: 'linux', home, env: {} })).then((all) =>
        all.filter((each) => each.path.startsWith(home)),
      ),
      [],
    );
  });

  it('are looked for in the right places of each system', () => {
    const paths = (platform: NodeJS.Platform, home: string, env: Record<string, string> = {}): string[] =>
      toolFolders({ platform, home, env }).map((each) => `${each.tool} ${each.path}`);
    assert.deepEqual(paths('darwin', '/Users/a'), [
      'lmStudio /Users/a/.lmstudio/models',
      'lmStudio /Users/a/.cache/lm-studio/models',
      'ollama /Users/a/.ollama/models',
      'huggingFace /Users/a/.cache/huggingface/hub',
      'llamaCpp /Users/a/Library/Caches/llama.cpp',
    ]);
    assert.deepEqual(paths('win32', 'C:\\Users\\a', { LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local', HF_HOME: 'D:\\hf' }), [
      'lmStudio C:\\Users\\a\\.lmstudio\\models',
      'lmStudio C:\\Users\\a\\.cache\\lm-studio\\models',
      'ollama C:\\Users\\a\\.ollama\\models',
      'huggingFace D:\\hf\\hub',
      'llamaCpp C:\\Users\\a\\AppData\\Local\\llama.cpp',
    ]);
    assert.deepEqual(paths('linux', '/home/a', { XDG_CACHE_HOME: '/var/cache/a', OLLAMA_MODELS: '' }), [
      'lmStudio /home/a/.lmstudio/models',
      'lmStudio /home/a/.cache/lm-studio/models',
      'ollama /usr/share/ollama/.ollama/models',
      'huggingFace /var/cache/a/huggingface/hub',
      'llamaCpp /var/cache/a/llama.cpp',
    ]);
  });
});
