import assert from 'node:assert/strict';
import { solve } from './conversations.ts';
import { PanelPage } from './panelPage.ts';

const before = 'A paragraph with $x$.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n';

/** Each is written letter by letter below settled blocks. */
const texts: Readonly<Record<string, string>> = {
  emphasis: 'Some **bold**, *slanted*, ***both***, ~~gone~~ and `code` text.\n\nEnd.',
  'a link': 'See [the page](https://example.org/a_b "The title") there.\n\nEnd.',
  'inline formulas': 'So \\(a_1 + b\\) and $x^2$ hold.\n\nEnd.',
  'displayed formulas': 'So\n\n\\[\nx = 1\n\\]\n\n$$y = 2$$\n\nEnd.',
  'an environment': 'So\n\n\\begin{align}\na &= b\n\\end{align}\n\nEnd.',
  'a table': 'So\n\n| Name | Value |\n|:-----|------:|\n| **a** | `2` |\n\nEnd.',
  'a fence': 'So\n\n```python\nprint(1)\n```\n\nEnd.',
  'a list after a paragraph': 'Two points:\n- **one**\n- two\n\nEnd.',
};

interface Frame {
  /** Of all blocks but the last, from the top of the answer: top and height. */
  readonly settled: readonly string[];
  /** Without formulas and code blocks. */
  readonly words: string;
  readonly headings: number;
  readonly languages: string;
}

/** Runs in the page. */
function frameOf(answer: Element): Frame {
  const top = answer.getBoundingClientRect().top;
  const settled = [...answer.children].slice(0, -1).map((each) => {
    const box = each.getBoundingClientRect();
    return `${each.tagName} ${(box.top - top).toFixed(1)} ${box.height.toFixed(1)}`;
  });
  const copy = answer.cloneNode(true) as Element;
  for (const each of copy.querySelectorAll('.code, .math, .formula')) each.remove();
  const languages = [...answer.querySelectorAll('.code .language')].map((each) => each.textContent).join();
  return { settled, words: copy.textContent, headings: answer.querySelectorAll('h3, h4').length, languages };
}

describe('Text that is being written', () => {
  const panel = PanelPage.forSuite();

  for (const [name, text] of Object.entries(texts)) {
    it(`moves nothing that stands above it, and shows no marks: ${name}`, async () => {
      const script = solve().phase('answering').delta('answer', before);
      await panel.open(script.state(), { height: 900 });
      await panel.drawn();
      const frames: Frame[] = [];
      for (const letter of text) {
        const from = script.events.length;
        await panel.send({ type: 'events', from, events: script.delta('answer', letter).after(from) });
        const frame = await panel.find('.answer').evaluate(frameOf);
        const last = frames.at(-1);
        if (last) {
          const kept = Math.min(last.settled.length, frame.settled.length);
          assert.deepEqual(frame.settled.slice(0, kept), last.settled.slice(0, kept), `at «${letter}» after «${last.words.slice(-30)}»`);
          assert.ok(frame.settled.length >= last.settled.length, 'no block is taken back');
        }
        assert.doesNotMatch(frame.words, /[*~`\\$]|:?-{2,}|\]\(|https:|\|[^|]*\|[^|]/, `after «${letter}»`);
        assert.equal(frame.headings, 0);
        assert.match(frame.languages, /^(?:Python)?$/);
        frames.push(frame);
      }
      const from = script.events.length;
      await panel.send({ type: 'events', from, events: script.end().after(from) });
      const { settled, words } = await panel.find('.answer').evaluate(frameOf);
      assert.deepEqual(settled, frames.at(-1)?.settled, 'the end of the answer moves nothing either');
      assert.equal(words, frames.at(-1)?.words);
    });
  }

  it('goes on in the middle of a word and of a list where it was stopped, as if it had not been', async () => {
    const parts = ['So we have **a + b**, and\n\n- one\n- two, which I should check this a', 'gain\n- three with \\(x^', '2\\).\n\nEnd.'];
    const flow = panel.find('.thought .flow');
    const script = solve().phase('thinking');
    await panel.open(script.state());
    await panel.find('.fold').click();
    const tell = async (change: () => void): Promise<void> => {
      const from = script.events.length;
      change();
      await panel.send({ type: 'events', from, events: script.after(from) });
      await panel.drawn();
    };
    const turnId = 'turn1';
    for (const [index, part] of parts.entries()) {
      if (index > 0) await tell(() => script.events.push({ type: 'resumed', turnId, at: script.at }));
      await tell(() => script.phase('thinking').delta('thought', part));
      await tell(() => script.end({ kind: 'stopped' }));
    }
    const html = await flow.innerHTML();
    await panel.open(solve().phase('thinking').delta('thought', parts.join('')).end({ kind: 'stopped' }).state());
    await panel.find('.fold').click();
    await panel.drawn();
    assert.equal(html, await flow.innerHTML());
    assert.match(await flow.innerText(), /check this again\s+three with/);
  });
});
