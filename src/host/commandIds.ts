/**
 * Every command of the manifest (a test compares the two). Registered at activation; the app they run on is
 * built by the first of them.
 */
export const commandIds = [
  'lemma.solveSelection',
  'lemma.explainSelection',
  'lemma.fixDiagnostic',
  'lemma.newConversation',
  'lemma.showConversations',
  'lemma.exportConversation',
  'lemma.copyConversation',
  'lemma.attach',
  'lemma.attachFiles',
  'lemma.stop',
  'lemma.insertAnswer',
  'lemma.replaceSelection',
  'lemma.copyAnswer',
  'lemma.chooseModel',
  'lemma.chooseModelFile',
  'lemma.testConnection',
  'lemma.setServerKey',
  'lemma.resumeDownload',
  'lemma.setHuggingFaceToken',
  'lemma.installCuda',
  'lemma.removeCuda',
  'lemma.unloadModel',
  'lemma.showModelDetails',
  'lemma.openSample',
  'lemma.openWalkthrough',
  'lemma.restartEngine',
  'lemma.showLog',
  'lemma.showActions',
  'lemma.focusPanel',
  'lemma.openInEditor',
] as const;

export type CommandId = (typeof commandIds)[number];
