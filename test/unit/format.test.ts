import assert from 'node:assert/strict';
import {
  durationParts,
  formatClock,
  formatContext,
  formatCount,
  formatDuration,
  formatGigabytes,
  formatRate,
  formatSpan,
  formatTokens,
  formatTokensShort,
} from '../../src/core/format.ts';

const strings = { seconds: '{0} s', minutesSeconds: '{0} min {1} s', minutes: '{0} min' };
const duration = (ms: number): string => formatDuration(ms, strings, 'en');

describe('Durations and counts', () => {
  it('show a place in time as players do', () => {
    assert.equal(formatClock(0), '0:00');
    assert.equal(formatClock(14_999), '0:14');
    assert.equal(formatClock(723_000), '12:03');
    assert.equal(formatClock(3_723_000), '1:02:03');
    assert.equal(formatClock(-5), '0:00');
  });

  it('show seconds, then minutes and seconds, and from five minutes no seconds', () => {
    assert.equal(duration(0), '0 s');
    assert.equal(duration(18_999), '18 s');
    assert.equal(duration(59_999), '59 s');
    assert.equal(duration(60_000), '1 min 0 s');
    assert.equal(duration(192_000), '3 min 12 s');
    assert.equal(duration(299_999), '4 min 59 s');
    assert.equal(duration(300_000), '5 min');
    assert.equal(duration(3_600_000), '60 min');
    assert.equal(duration(-5), '0 s');
    assert.deepEqual(durationParts(192_500), { unit: 'minutesSeconds', minutes: 3, seconds: 12 });
  });

  it('say of something shorter than a second that it was', () => {
    assert.equal(formatSpan(0, strings, 'en'), '<1 s');
    assert.equal(formatSpan(999, strings, 'en'), '<1 s');
    assert.equal(formatSpan(1000, strings, 'en'), '1 s');
  });

  it('take their words from the caller', () => {
    assert.equal(
      formatDuration(192_000, { ...strings, minutesSeconds: '{1} Sekunden nach {0} Minuten' }, 'de'),
      '12 Sekunden nach 3 Minuten',
    );
  });

  it('show tokens in full below 10,000 and in thousands from there', () => {
    assert.equal(formatTokens(840, 'en'), '840');
    assert.equal(formatTokens(1840, 'en'), '1,840');
    assert.equal(formatTokens(9999, 'en'), '9,999');
    assert.equal(formatTokens(10_000, 'en'), '10.0k');
    assert.equal(formatTokens(27_204, 'en'), '27.2k');
    assert.equal(formatTokens(27_299, 'en'), '27.2k');
    assert.equal(formatTokens(-1, 'en'), '0');
  });

  it("group digits by the reader's language", () => {
    assert.equal(formatTokens(1840, 'de'), '1.840');
    assert.equal(formatTokens(27_204, 'de'), '27,2k');
    assert.equal(formatCount(30_000, 'en'), '30,000');
  });

  it('show gigabytes decimal, as disks are sold', () => {
    assert.equal(formatGigabytes(6_166_575_232, 'en'), '6.2');
    assert.equal(formatGigabytes(8e9, 'en'), '8.0');
  });

  it('show a slow rate with one decimal and a fast one whole', () => {
    assert.equal(formatRate(46, 1000, 'en'), '46');
    assert.equal(formatRate(9, 2000, 'en'), '4.5');
    assert.equal(formatRate(9.97, 1000, 'en'), '10');
    assert.equal(formatRate(0, 1000, 'en'), '0');
    assert.equal(formatRate(5, 0, 'en'), '0');
  });

  it('fall back to English for a language that is none', () => {
    assert.equal(formatCount(1840, 'no_such_language'), '1,840');
  });

  it('name tokens and contexts shortly where there is little room', () => {
    assert.deepEqual(
      [0, 71, 999, 1000, 5999, 27_299].map((tokens) => formatTokensShort(tokens, 'en')),
      ['0', '71', '999', '1.0k', '5.9k', '27.2k'],
    );
    assert.deepEqual(
      [512, 1024, 1792, 32_768, 40_000, 131_072].map((tokens) => formatContext(tokens, 'en')),
      ['512', '1k', '1.7k', '32k', '39k', '128k'],
    );
  });
});
