/** The parts of the benchmark, in the order of the report. */
import { checkPart } from './check.mjs';
import { editorPart } from './editor.mjs';
import { enginePart, sizesPart, workbenchPart } from './engine.mjs';
import { modelsPart } from './models.mjs';
import { panelPart } from './panel.mjs';
import { hostPart, serversPart, startPart } from './processes.mjs';
import { scalePart } from './scale.mjs';
import { conversationsPart, prefetchPart, samplesPart, statesPart, threadsPart } from './turns.mjs';

/** @type {readonly import('./frame.mjs').Part[]} */
export const parts = [
  ...[sizesPart, enginePart, startPart, workbenchPart, hostPart, editorPart, panelPart, prefetchPart, samplesPart],
  ...[statesPart, threadsPart, conversationsPart, scalePart, serversPart, modelsPart, checkPart],
];
