import assert from 'node:assert/strict';
import { axeViolations } from './axe.ts';
import { PanelPage, themes } from './panelPage.ts';
import { pictures, prepare } from './pictures.ts';

describe('The panel is for everyone:', function () {
  // Each test goes through all states.
  this.timeout(300_000);

  let panel: PanelPage;
  before(async () => {
    panel = await PanelPage.start();
  });
  after(() => panel.close());

  const draw = async (name: string, theme: (typeof themes)[number] = 'dark-modern', width = 480): Promise<void> => {
    const picture = pictures()[name]!;
    await panel.open(picture.state, { theme, width });
    await prepare(panel.page, picture);
    await panel.drawn();
  };
  const names = Object.keys(pictures());

  /** Each theme in a width of its own: what axe looks at depends on the theme, and what runs out of the panel on the width. */
  const widths = { 'dark-modern': 250, 'light-modern': 900, 'hc-dark': 480, 'hc-light': 320 } as const;
  for (const theme of themes) {
    const width = widths[theme];
    it(`axe finds nothing in any state in ${theme} at ${width} px, and nothing is wider than the panel`, async () => {
      for (const name of names) {
        await draw(name, theme, width);
        assert.deepEqual(await axeViolations(panel.page), [], name);
        assert.deepEqual(await panel.overflow(), { log: 0, page: 0 }, name);
        assert.deepEqual(await panel.violations(), [], name);
      }
    });
  }

  for (const theme of ['dark-modern', 'hc-light'] as const) {
    it(`the keyboard alone reaches every control, each with a visible focus, in ${theme}`, async () => {
      for (const name of names) {
        await draw(name, theme);
        // One lap, however long; the focus then leaves the page or begins anew.
        for (let step = 0; step < 80; step++) {
          await panel.page.keyboard.press('Tab');
          const at = await panel.page.evaluate(() => {
            const { activeElement } = document;
            // Outside the page, or on a button that went as it was no longer needed.
            if (!(activeElement instanceof HTMLElement) || activeElement === document.body) return 'nothing';
            // Marked, since the page may change around it.
            if (activeElement.dataset.reached) return 'again';
            activeElement.dataset.reached = 'yes';
            const inner = activeElement.shadowRoot?.activeElement ?? activeElement;
            // The boxes around a text field, and the row of a list, show the focus of what is in them.
            const boxed = inner.matches('.composer textarea, .field input, .item .open');
            const shown = boxed ? inner.closest('.composer, .field, .item')! : inner;
            const { outlineStyle, outlineWidth, outlineColor, borderTopColor } = getComputedStyle(shown);
            const outlined = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 && !/, 0\)$|transparent/.test(outlineColor);
            const focusBorder = document.createElement('i');
            focusBorder.style.color = 'var(--vscode-focusBorder)';
            document.body.append(focusBorder);
            const visible = outlined || borderTopColor === getComputedStyle(focusBorder).color;
            focusBorder.remove();
            return { visible, html: activeElement.outerHTML.slice(0, 120) };
          });
          if (at === 'again') break;
          if (at === 'nothing') continue;
          assert.ok(at.visible, `${name}: ${at.html}`);
        }
        const unreached = await panel.page.evaluate(() => {
          const controls = 'button, a[data-href], textarea, vscode-button, input, select, [tabindex="0"]';
          // Of an icon bar, a list or a menu one is reached by Tab and the others by the arrows.
          const composite = '[role=toolbar], [role=tree], [role=listbox], [role=menu], [role=tablist], [role=grid], .outline';
          return (
            [...document.querySelectorAll<HTMLElement>(controls)]
              .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.matches(':disabled'))
              .filter((each) => !each.dataset.reached && !each.closest('[aria-hidden=true]'))
              .filter((each) => !(each.tabIndex === -1 && each.closest(composite)))
              // Comes and goes with the reading place, which this walk moves; behaviour.test.ts reaches it.
              .filter((each) => !each.closest('.latest'))
              .map((each) => each.outerHTML.slice(0, 120))
          );
        });
        assert.deepEqual(unreached, [], name);
      }
    });
  }

  it('a download shows how far it is in every theme: what is there has another colour than what is missing', async () => {
    for (const theme of themes) {
      await draw('downloading', theme, 320);
      const [missing, there] = await panel.page.locator('.download progress').evaluate((bar) => {
        const probe = document.createElement('i');
        probe.style.background = 'var(--lm-accent)';
        bar.after(probe);
        const colours = [getComputedStyle(bar).backgroundColor, getComputedStyle(probe).backgroundColor];
        probe.remove();
        return colours;
      });
      assert.notEqual(missing, there, theme);
    }
  });

  it('nothing moves by itself where less motion is wanted', async () => {
    await panel.page.emulateMedia({ reducedMotion: 'reduce' });
    try {
      for (const name of ['thinking', 'answering', 'reading', 'loading']) {
        await draw(name);
        assert.deepEqual(await panel.page.evaluate(() => document.getAnimations().length), 0, name);
      }
    } finally {
      await panel.page.emulateMedia({ reducedMotion: 'no-preference' });
    }
  });

  it('keeps its outlines, icons and focus in forced colours', async () => {
    await panel.page.emulateMedia({ forcedColors: 'active' });
    try {
      for (const name of names) {
        await draw(name, 'hc-dark');
        await panel.shot(`panel-forced-${name}`);
        const invisible = await panel.page.evaluate(() =>
          [...document.querySelectorAll('button, vscode-button, .i, .question, .composer')]
            .filter((each) => each.checkVisibility({ visibilityProperty: true }))
            .filter((each) => {
              const { color, backgroundColor, fill } = getComputedStyle(each);
              return color === backgroundColor || (each.matches('.i') && fill === backgroundColor);
            })
            .map((each) => each.outerHTML.slice(0, 120)),
        );
        assert.deepEqual(invisible, [], name);
        await panel.page.keyboard.press('Tab');
        const outline = await panel.page.evaluate(() => {
          const inner = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement!;
          return getComputedStyle(inner.matches('.item .open') ? inner.closest('.item')! : inner).outlineStyle;
        });
        assert.notEqual(outline, 'none', name);
      }
    } finally {
      await panel.page.emulateMedia({ forcedColors: 'none' });
    }
  });

  it('at 200 % zoom of a 500 px pane nothing runs out sideways and no control is cut', async () => {
    const session = await panel.page.context().newCDPSession(panel.page);
    for (const name of names) {
      await draw(name, 'light-modern', 250);
      // What zooming does: fewer CSS pixels, each twice as large.
      await session.send('Emulation.setDeviceMetricsOverride', { width: 250, height: 400, deviceScaleFactor: 2, mobile: false });
      const cut = await panel.page.evaluate(() => {
        const log = document.querySelector('.log')!;
        const wide = [log.scrollWidth - log.clientWidth, document.documentElement.scrollWidth - window.innerWidth];
        const outside = [...document.querySelectorAll('button, vscode-button, textarea')]
          .filter((each) => each.checkVisibility({ visibilityProperty: true }))
          .filter((each) => each.getBoundingClientRect().right > window.innerWidth || each.getBoundingClientRect().left < 0)
          .map((each) => each.outerHTML.slice(0, 120));
        return { wide, outside };
      });
      assert.deepEqual(cut, { wide: [0, 0], outside: [] }, name);
    }
    await session.send('Emulation.clearDeviceMetricsOverride');
    await session.detach();
  });

  it('says that it is busy while it streams, and announces no stream', async () => {
    for (const [name, busy] of [
      ['thinking', 'true'],
      ['finished', 'false'],
    ] as const) {
      await draw(name);
      const log = panel.page.getByRole('log', { name: 'Conversation' });
      assert.equal(await log.getAttribute('aria-busy'), busy);
      assert.equal(await log.getAttribute('aria-live'), 'off');
      assert.equal(await panel.page.getByRole('article').count(), 1);
    }
  });
});
