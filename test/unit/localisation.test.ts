import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

type Strings = Readonly<Record<string, string>>;

const read = (file: string): Strings => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as Strings;

/** Names and signs that are the same in every language. */
const sameInAll: ReadonlySet<string> = new Set(['Lemma', '$(symbol-operator) Lemma: GPU', '{0} Lemma: CPU']);

/** What a translation has to keep: values that are filled in, icons, and names in code style. */
const kept = (text: string): string[] => Array.from(text.matchAll(/\{\d+\}|\$\([\w~-]+\)|`[^`]+`/g), ([part]) => part).sort();

const languages = ['zh-cn'];

for (const language of languages) {
  describe(`the translation into ${language}`, () => {
    for (const [name, translated] of [
      ['package.nls.json', `package.nls.${language}.json`],
      ['l10n/bundle.l10n.json', `l10n/bundle.l10n.${language}.json`],
    ] as const) {
      const english = read(name);
      const own = read(translated);

      it(`has every string of ${name}, and none beside`, () => {
        const missing = Object.keys(english).filter((key) => !Object.hasOwn(own, key));
        const extra = Object.keys(own).filter((key) => !Object.hasOwn(english, key));
        assert.equal(missing.length, 0, `${translated} lacks:\n${missing.map((key) => `  ${key}: ${english[key]}`).join('\n')}`);
        assert.equal(extra.length, 0, `${translated} has strings that nothing says any more:\n  ${extra.join('\n  ')}`);
      });

      it(`keeps the values, icons and code of ${name}`, () => {
        for (const [key, text] of Object.entries(own)) assert.deepEqual(kept(text), kept(english[key] ?? ''), key);
      });

      it(`translates each string of ${name}, save names`, () => {
        const alike = Object.entries(own).filter(([key, text]) => text === english[key] && !sameInAll.has(text));
        assert.deepEqual(alike, []);
        for (const [key, text] of Object.entries(own)) assert.equal(text, text.trim(), key);
      });

      it(`ends sentences of ${name} as that language does`, () => {
        const badly = Object.values(own).filter((text) => /[\u4e00-\u9fff][.,:;!]|[.,:;!][\u4e00-\u9fff]/.test(text));
        assert.deepEqual(badly, []);
      });
    }
  });
}
