/** States of the composer with attachments, and of a context that fills. */
import type { Attachment } from '../../src/core/attachment.ts';
import type { AttachmentOffer, ContextUse, PanelNote, PanelState } from '../../src/shared/panelProtocol.ts';
import { explain, python, Script, snapshotOf } from './conversations.ts';
import { mathThought } from './samples.ts';

export const attachments: readonly Attachment[] = [
  {
    ...{ kind: 'file', label: 'definitions_of_symmetric_functions.tex', uri: 'file:///work/defs/definitions_of_symmetric_functions.tex' },
    ...{ fileName: 'defs/definitions_of_symmetric_functions.tex', languageId: 'latex', text: 'Let $e_k$ be…', tokens: 5914 },
  },
  {
    ...{
      kind: 'symbol',
      label: 'horner',
      uri: 'file:///work/poly.py',
      fileName: 'poly.py',
      languageId: 'python',
      text: python,
      tokens: 71,
    },
    range: { start: { line: 7, character: 0 }, end: { line: 14, character: 16 } },
  },
  {
    kind: 'problems',
    label: '2 problems',
    uri: 'file:///work/poly.py',
    fileName: 'poly.py',
    languageId: 'python',
    text: '- Line 2, error: x',
    tokens: 110,
  },
];

export const offers: readonly AttachmentOffer[] = attachments.map(({ kind, label, fileName, tokens = 0 }, index) => ({
  ...{ id: `id${index}`, kind, label, title: fileName, tokens, estimated: false },
}));

/** What Lemma chose, and how it is offered before it is sent. */
export const chosen: readonly Attachment[] = [
  {
    ...{ kind: 'symbol', label: 'class Polynomial', uri: 'file:///work/poly.py', fileName: 'poly.py', languageId: 'python', tokens: 12 },
    ...{ text: 'class Polynomial(Ring):', range: { start: { line: 2, character: 0 }, end: { line: 2, character: 23 } } },
  },
  {
    ...{ kind: 'symbol', label: '2 imports', uri: 'file:///work/poly.py', fileName: 'poly.py', languageId: 'python', tokens: 19 },
    text: 'from fractions import Fraction',
  },
];

export const chosenOffers: readonly AttachmentOffer[] = chosen.map(({ kind, label, fileName, tokens = 0 }, index) => ({
  ...{ id: `automatic${index}`, kind, label, title: `${fileName}, chosen by Lemma`, tokens, estimated: false, automatic: true },
}));

export const use: ContextUse = {
  ...{ contextTokens: 32_768, instructions: 7, conversation: 3612, answeredTurns: 2, attachments: 6095, attachmentCount: 3, question: 24 },
  ...{ together: 9738, left: 23_030, leftOut: 0, droppedTurns: 0, estimated: false },
};

export const fullNote: PanelNote = {
  ...{ tone: 'warning', icon: 'warning' },
  buttons: [
    { action: 'newConversation', label: 'New Conversation' },
    { action: 'chooseTurns', label: 'Choose What Stays…' },
  ],
  text: 'The conversation fills 98 % of the context. Your next question leaves out the oldest turn.',
};

/** A conversation of two turns, the first of which the next question leaves out. */
export function fullContext(): { readonly script: Script; readonly context: ContextUse } {
  const script = new Script()
    .ask('explain', snapshotOf(python, 'reader.py', 'python'))
    .answered(mathThought, 'The function reads a fixed prefix of 16 bytes and then a length-prefixed list of fields.')
    .ask('ask', undefined, 'And where does it fail?')
    .answered('Hm.', 'It fails for an empty list, since the prefix is read first.', 4, 12);
  const context: ContextUse = {
    ...{ contextTokens: 32_768, instructions: 7, conversation: 24_400, answeredTurns: 2, attachments: 0, attachmentCount: 0, question: 31 },
    ...{ together: 24_438, left: 8330, leftOut: 6404, droppedTurns: 1, estimated: false, cutAfter: 'turn1', note: fullNote },
  };
  return { script, context };
}

export function contextPictures(): Record<string, { readonly state: PanelState; readonly click?: string }> {
  const selection = { label: 'sample.tex:12–15', scope: 'selection', lines: 4 } as const;
  const draft = 'Where does this lemma fail if the numbers may be negative? Use the definitions in the attached file.';
  const asked = new Script(Date.now() - 1000).ask('explain', snapshotOf(python, 'poly.py', 'python'), '', undefined, attachments);
  const withChoice = new Script().ask('explain', snapshotOf(python, 'poly.py', 'python'), '', undefined, attachments.slice(1, 2), chosen);
  const { script, context } = fullContext();
  const chips = explain()
    .answered(mathThought, 'It evaluates a polynomial.')
    .state({
      selection,
      selectionAttached: true,
      attachments: [...offers, ...chosenOffers],
      context: { ...use, automatic: { tokens: 31, count: 2 } },
      draft,
    });
  return {
    meter: { state: chips, click: '.meter' },
    estimated: {
      state: new Script().state({
        attachments: offers.map((each) => ({ ...each, estimated: true })),
        context: { ...use, conversation: 0, together: 6126, left: 26_642, estimated: true },
      }),
      click: '.meter',
    },
    chosenCard: { state: withChoice.answered(mathThought, 'It evaluates a polynomial.').state() },
    readingAttachments: { state: asked.phase('reading').state({ context: use }) },
    contextFull: { state: script.state({ context, attachments: offers.slice(0, 1) }) },
  };
}
