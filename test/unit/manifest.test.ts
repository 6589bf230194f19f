import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { getL10nJson } from '@vscode/l10n-dev';
import { commandIds } from '../../src/host/commandIds.ts';

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));

interface Setting {
  readonly scope?: string;
  readonly default?: unknown;
}
interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly extensionKind: string[];
  readonly activationEvents: string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: unknown; readonly restrictedConfigurations: string[] } };
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly contributes: {
    readonly commands: { readonly command: string; readonly category?: string }[];
    readonly keybindings: {
      readonly command: string;
      readonly submenu?: undefined;
      readonly key: string;
      readonly mac?: string;
      readonly when?: string;
    }[];
    readonly menus: Record<string, { readonly command?: string; readonly submenu?: string }[]>;
    readonly submenus: { readonly id: string }[];
    readonly configuration: { readonly properties: Record<string, Setting> };
  };
}

const manifest = read('package.json') as Manifest;
const strings = read('package.nls.json') as Record<string, string>;

describe('the manifest', () => {
  it('declares exactly the commands that are registered', () => {
    assert.deepEqual(manifest.contributes.commands.map(({ command }) => command).sort(), [...commandIds].sort());
  });

  it('names only declared commands in menus and keys', () => {
    const declared = new Set<string>(commandIds);
    const submenus = new Set(manifest.contributes.submenus.map(({ id }) => id));
    const used = [...Object.values(manifest.contributes.menus).flat(), ...manifest.contributes.keybindings];
    assert.ok(used.length > 0);
    for (const { command, submenu } of used)
      assert.ok(command === undefined ? submenus.has(submenu ?? '') : declared.has(command), command ?? submenu);
    for (const id of submenus) assert.ok((manifest.contributes.menus[id] ?? []).length > 0, id);
  });

  it('has a string for each key that it uses, and none beside', () => {
    const used = new Set(Array.from(JSON.stringify(manifest).matchAll(/%([\w.]+)%/g), ([, key]) => key));
    assert.deepEqual([...used].sort(), Object.keys(strings).sort());
    for (const text of Object.values(strings)) assert.notEqual(text.trim(), '');
  });

  it('lets no workspace choose what is loaded or run', () => {
    const { properties } = manifest.contributes.configuration;
    const loading = Object.keys(properties).filter((name) => /^lemma\.(model|engine|server|backend)\b/.test(name));
    assert.ok(loading.length >= 7);
    for (const name of loading) assert.equal(properties[name]?.scope, 'machine', name);
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
    // A workspace that is not trusted cannot send what is asked to a server of its own.
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    for (const name of ['lemma.backend', 'lemma.server.url', 'lemma.server.model'])
      assert.ok(restrictedConfigurations.includes(name), name);
  });

  it('lets only a trusted workspace set what is not the taste of the reader', () => {
    const { properties } = manifest.contributes.configuration;
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    const machine = Object.keys(properties).filter((name) => properties[name]?.scope === 'machine');
    // VS Code takes these from no workspace at all; they are restricted too, should one become less narrow.
    const harmless = ['lemma.model.contextTokens'];
    assert.deepEqual(
      machine.filter((name) => !restrictedConfigurations.includes(name) && !harmless.includes(name)),
      [],
    );
    assert.deepEqual(
      restrictedConfigurations.filter((name) => !properties[name]),
      [],
    );
    const chosenByWorkspace = Object.keys(properties).filter((name) => !machine.includes(name) && !restrictedConfigurations.includes(name));
    const reviewed = /^lemma\.(maxTokens|thinking\.\w+|context\.automaticTokens|codeLens\.math|sampling\.\w+|samples|checkEquations)$/;
    assert.deepEqual(
      chosenByWorkspace.filter((name) => !reviewed.test(name)),
      [],
    );
    const description = strings['capabilities.untrustedWorkspaces.description'] ?? '';
    assert.match(description, /Restricted Mode/);
  });

  it('has the model card’s sampling as defaults', () => {
    const value = (name: string): unknown => manifest.contributes.configuration.properties[`lemma.${name}`]?.default;
    assert.deepEqual(['sampling.temperature', 'sampling.topP', 'sampling.topK', 'maxTokens'].map(value), [0.6, 0.95, 40, 30_000]);
    assert.equal(value('thinking.budgetTokens'), 0, 'a thought has no limit unless the user sets one');
  });

  it('is typed against the oldest VS Code that it runs in', () => {
    assert.equal(manifest.engines.vscode, '^1.104.0');
    assert.equal(manifest.devDependencies['@types/vscode'], '1.104.0');
  });

  it('runs beside the user first, and starts with the status item, or a tab to restore, alone', () => {
    assert.deepEqual(manifest.extensionKind, ['ui', 'workspace']);
    assert.deepEqual(manifest.activationEvents, ['onStartupFinished', 'onWebviewPanel:lemma.panelTab']);
  });

  it('solves by ctrl+k l and explains by ctrl+k h in the editor', () => {
    const key = (command: string): unknown => manifest.contributes.keybindings.find((binding) => binding.command === command);
    assert.deepEqual(key('lemma.solveSelection'), {
      command: 'lemma.solveSelection',
      key: 'ctrl+k l',
      mac: 'cmd+k l',
      when: 'editorTextFocus',
    });
    assert.deepEqual(key('lemma.explainSelection'), {
      command: 'lemma.explainSelection',
      key: 'ctrl+k h',
      mac: 'cmd+k h',
      when: 'editorTextFocus',
    });
  });
});

describe('the strings for translators', () => {
  it('are those that the source says: npm run l10n writes them', async () => {
    const sources = readdirSync(new URL('../../src', import.meta.url), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const contents = sources.map((name) => ({
      contents: readFileSync(new URL(`../../src/${name}`, import.meta.url), 'utf8'),
      extension: '.ts' as const,
    }));
    assert.deepEqual(await getL10nJson(contents), read('l10n/bundle.l10n.json'));
  });

  it('are whole sentences or labels: none begins or ends with a blank', () => {
    for (const text of Object.keys(read('l10n/bundle.l10n.json') as Record<string, string>)) assert.equal(text, text.trim());
  });
});
