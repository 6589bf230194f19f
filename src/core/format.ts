/**
 * Durations, counts and sizes as the panel shows them: `18 s`, `3 min 12 s`, from 5 minutes without seconds;
 * tokens in full below 10,000, then `27.2k`; gigabytes decimal. Words come from the caller, digits and
 * separators from the locale (BCP 47).
 */

/** Templates with `{0}`, `{1}`, as in the panel's strings: `{0} s`, `{0} min {1} s`, `{0} min`. */
export interface DurationStrings {
  readonly seconds: string;
  readonly minutesSeconds: string;
  readonly minutes: string;
}

/** A duration in the units that are shown. */
export type DurationParts =
  | { readonly unit: 'seconds'; readonly seconds: number }
  | { readonly unit: 'minutesSeconds'; readonly minutes: number; readonly seconds: number }
  | { readonly unit: 'minutes'; readonly minutes: number };

/** Whole seconds that have passed, none of them rounded up, so that a running timer never steps back. Negative is 0. */
export function durationParts(ms: number): DurationParts {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return { unit: 'seconds', seconds };
  const minutes = Math.floor(seconds / 60);
  return minutes < 5 ? { unit: 'minutesSeconds', minutes, seconds: seconds % 60 } : { unit: 'minutes', minutes };
}

export function formatDuration(ms: number, strings: DurationStrings, locale: string): string {
  const parts = durationParts(ms);
  switch (parts.unit) {
    case 'seconds':
      return fillIn(strings.seconds, formatCount(parts.seconds, locale));
    case 'minutesSeconds':
      return fillIn(strings.minutesSeconds, formatCount(parts.minutes, locale), formatCount(parts.seconds, locale));
    case 'minutes':
      return fillIn(strings.minutes, formatCount(parts.minutes, locale));
  }
}

/** A duration that is over: `<1 s` below one second, where a running timer shows 0. */
export function formatSpan(ms: number, strings: DurationStrings, locale: string): string {
  return ms < 1000 ? fillIn(strings.seconds, `<${formatCount(1, locale)}`) : formatDuration(ms, strings, locale);
}

/** A place in time, as players show it: `0:14`, `12:03`, `1:02:03`. The same in every language. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (count: number): string => String(count).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A whole number in full, with the locale's grouping: `1,840`. */
export function formatCount(count: number, locale: string): string {
  return numberFormat(locale, 0).format(Math.round(count));
}

/** In full below 10,000, then in thousands with one decimal, cut and not rounded up: `9,999`, `27.2k`. */
export function formatTokens(tokens: number, locale: string): string {
  const whole = Math.max(0, Math.round(tokens));
  if (whole < 10_000) return formatCount(whole, locale);
  return `${numberFormat(locale, 1).format(Math.floor(whole / 100) / 10)}k`;
}

/** For small places: in full below 1,000, then in thousands with one decimal, cut: `71`, `5.9k`. */
export function formatTokensShort(tokens: number, locale: string): string {
  const whole = Math.max(0, Math.round(tokens));
  return whole < 1000 ? formatCount(whole, locale) : `${numberFormat(locale, 1).format(Math.floor(whole / 100) / 10)}k`;
}

/** The size of a context as it is commonly named, in units of 1,024: 32,768 tokens are `32k`, 1,792 are `1.7k`. */
export function formatContext(tokens: number, locale: string): string {
  if (tokens < 1024) return formatCount(tokens, locale);
  const digits = tokens % 1024 === 0 || tokens >= 10 * 1024 ? 0 : 1;
  const unit = 10 ** digits;
  return `${numberFormat(locale, digits).format(Math.floor((tokens / 1024) * unit) / unit)}k`;
}

/** Tokens per second: one decimal below 10, else whole. 0 without elapsed time. */
export function formatRate(tokens: number, ms: number, locale: string): string {
  const rate = ms > 0 ? (tokens * 1000) / ms : 0;
  return numberFormat(locale, rate > 0 && rate < 9.95 ? 1 : 0).format(rate);
}

/** Decimal gigabytes with one decimal, without the unit: 6,166,575,232 bytes are `6.2`. */
export function formatGigabytes(bytes: number, locale: string): string {
  return numberFormat(locale, 1).format(bytes / 1e9);
}

const formats = new Map<string, Intl.NumberFormat>();

/** Making a format costs far more than using it, and counts are shown several times a second. */
function numberFormat(locale: string, decimals: number): Intl.NumberFormat {
  const key = `${locale}/${decimals}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(usableLocale(locale), { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(key, format);
  }
  return format;
}

/** VS Code passes its display language on, which a user may have mistyped; `Intl` would throw. */
export function usableLocale(locale: string): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale)[0] ?? 'en';
  } catch (error) {
    if (error instanceof RangeError) return 'en';
    throw error;
  }
}

function fillIn(template: string, ...values: readonly string[]): string {
  return template.replace(/\{(\d+)\}/g, (whole, index: string) => values[Number(index)] ?? whole);
}
