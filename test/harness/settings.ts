import path from 'node:path';
import { root, tinyModel } from '../../scripts/lib/places.mjs';

export const repositoryRoot: string = root;
export const tinyModelPath: string = tinyModel;
export const fixture = (...parts: string[]): string => path.join(root, 'test/fixtures', ...parts);

export type Settings = Readonly<Record<string, unknown>>;

/** Keeps the workbench quiet: nothing is fetched, suggested, opened or moved by itself. */
export const quietSettings: Settings = {
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
  // VS Code's own extensions ask a registry of packages otherwise.
  'typescript.disableAutomaticTypeAcquisition': true,
  'js/ts.tsserver.automaticTypeAcquisition.enabled': false,
  'npm.fetchOnlinePackageInfo': false,
  // One server of TypeScript's instead of two.
  'typescript.tsserver.useSyntaxServer': 'never',
  'js/ts.tsserver.useSyntaxServer': 'never',
  'editor.accessibilitySupport': 'off',
  'editor.minimap.enabled': false,
  'editor.wordWrap': 'off',
  '[markdown]': { 'editor.wordWrap': 'off' },
  'files.autoSave': 'off',
};

/** Lemma on the tiny model: the processor, greedy, so that every run gives the same reply. */
export const tinyModelSettings: Settings = {
  'lemma.model.path': tinyModelPath,
  'lemma.model.gpu': 'cpu',
  'lemma.model.contextTokens': 8192,
  'lemma.sampling.temperature': 0,
  // Tests stop a thought that has no end by themselves.
  'lemma.thinking.stopLoops': false,
};
