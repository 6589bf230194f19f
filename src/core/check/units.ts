/** Units and counted things: `\text{ km/h}`, `\text{ apples}`. */
import { name, power, product, whole, type Expression } from './expression.ts';
import { multiply, power as raised, rational, rationalOfDecimal, type Rational } from './rational.ts';

/** Each unit as a factor and base units with exponents (SI brochure, 9th edition; NIST SP 811 for inches to pounds). */
const UNITS: Readonly<Record<string, string>> = {
  km: '1000 m',
  cm: '0.01 m',
  mm: '0.001 m',
  dm: '0.1 m',
  nm: '0.000000001 m',
  μm: '0.000001 m',
  µm: '0.000001 m',
  meter: '1 m',
  metre: '1 m',
  kilometer: '1000 m',
  kilometre: '1000 m',
  centimeter: '0.01 m',
  millimeter: '0.001 m',
  inch: '0.0254 m',
  in: '0.0254 m',
  ft: '0.3048 m',
  foot: '0.3048 m',
  feet: '0.3048 m',
  yd: '0.9144 m',
  yard: '0.9144 m',
  mi: '1609.344 m',
  mile: '1609.344 m',
  mph: '0.44704 m s-1',
  kg: '1000 g',
  mg: '0.001 g',
  t: '1000000 g',
  gram: '1 g',
  kilogram: '1000 g',
  lb: '453.59237 g',
  pound: '453.59237 g',
  oz: '28.349523125 g',
  min: '60 s',
  h: '3600 s',
  hr: '3600 s',
  hour: '3600 s',
  minute: '60 s',
  second: '1 s',
  sec: '1 s',
  day: '86400 s',
  d: '86400 s',
  week: '604800 s',
  ms: '0.001 s',
  μs: '0.000001 s',
  µs: '0.000001 s',
  ns: '0.000000001 s',
  N: '1000 g m s-2',
  J: '1000 g m2 s-2',
  kJ: '1000000 g m2 s-2',
  MJ: '1000000000 g m2 s-2',
  W: '1000 g m2 s-3',
  kW: '1000000 g m2 s-3',
  kWh: '3600000000 g m2 s-2',
  Wh: '3600000 g m2 s-2',
  Pa: '1000 g m-1 s-2',
  kPa: '1000000 g m-1 s-2',
  Hz: '1 s-1',
  kHz: '1000 s-1',
  MHz: '1000000 s-1',
  C: '1 A s',
  V: '1000 g m2 s-3 A-1',
  Ω: '1000 g m2 s-3 A-2',
  ohm: '1000 g m2 s-3 A-2',
  F: '0.001 A2 s4 g-1 m-2',
  kN: '1000000 g m s-2',
  mA: '0.001 A',
  kV: '1000000 g m2 s-3 A-1',
  mV: '1 g m2 s-3 A-1',
  mmol: '0.001 mol',
  L: '0.001 m3',
  l: '0.001 m3',
  liter: '0.001 m3',
  litre: '0.001 m3',
  mL: '0.000001 m3',
  ml: '0.000001 m3',
  dL: '0.0001 m3',
  ha: '10000 m2',
  cent: '0.01 dollar',
  '¢': '0.01 dollar',
  dozen: '12',
  B: '8 bit',
  byte: '8 bit',
  kB: '8000 bit',
  MB: '8000000 bit',
  GB: '8000000000 bit',
  KiB: '8192 bit',
  MiB: '8388608 bit',
  GiB: '8589934592 bit',
};

/** `\text{ km/h}` as an expression of names `unit:km`; undefined for text that is no unit and no counted thing. */
export function unitExpression(text: string): Expression | undefined {
  const parts = text.trim().split(/\s*([/·⋅*])\s*|\s+per\s+/);
  const factors: Expression[] = [];
  let sign = 1;
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) {
      sign = part === undefined || part === '/' ? -1 : 1;
      continue;
    }
    const words = /^([\p{L}µμΩ°¢][\p{L}\s'’-]*?)(?:\^?\{?(-?\d)\}?|([²³]))?$/u.exec((part ?? '').trim());
    // A temperature has another zero in each scale.
    if (!words || /^(?:°\s*[CF]|(?:degrees?\s+)?(?:Celsius|Fahrenheit))$/.test(words[1] ?? '')) return undefined;
    const exponent = words[3] ? (words[3] === '²' ? 2 : 3) : Number(words[2] ?? 1);
    const unit = name(`unit:${singular(words[1] ?? '')}`);
    factors.push(sign * exponent === 1 ? unit : power(unit, whole(sign * exponent)));
  }
  return product(...factors);
}

function singular(words: string): string {
  const plain = words.trim();
  if (plain in UNITS || plain.length < 4) return plain;
  return plain.replace(/(?<=[^s])s$/, '');
}

/** Whether a text is a unit, and not only something that is counted. */
export function isKnownUnit(text: string): boolean {
  return Object.hasOwn(UNITS, text) || /^(?:m|g|s|A|K|mol|cd)$/.test(text);
}

export function isUnit(nameOf: string): boolean {
  return nameOf.startsWith('unit:');
}

/** A number that is said as a word: a dozen. */
export function isNumeral(nameOf: string): boolean {
  return isUnit(nameOf) && baseUnits(nameOf).size === 0;
}

/** Apples, books: anything but a measure. */
export function isCounted(nameOf: string): boolean {
  return isUnit(nameOf) && !isKnownUnit(nameOf.slice('unit:'.length));
}

/**
 * A unit's value where each base unit has a value of its own that no other is a simple multiple of, so that two
 * quantities are equal only if their units are the same.
 */
export function unitValue(nameOf: string): Rational {
  const text = nameOf.slice('unit:'.length);
  const own = Object.hasOwn(UNITS, text) ? UNITS[text] : undefined;
  if (own === undefined) return baseValue(text);
  let value = rationalOfDecimal(own.split(' ')[0] ?? '1') ?? { numerator: 1n, denominator: 1n };
  for (const [base, exponent] of baseUnits(nameOf)) value = multiply(value, raised(baseValue(base), BigInt(exponent)) ?? value);
  return value;
}

/** The base units of a unit with their exponents; what is counted is its own. */
export function baseUnits(nameOf: string): Map<string, number> {
  const text = nameOf.slice('unit:'.length);
  const own = Object.hasOwn(UNITS, text) ? UNITS[text] : undefined;
  if (own === undefined) return new Map([[text, 1]]);
  const bases = own.split(' ').slice(1);
  return new Map(
    bases.map((base): [string, number] => {
      const [, symbol = '', exponent = '1'] = /^([A-Za-z]+)(-?\d+)?$/.exec(base) ?? [];
      return [symbol, Number(exponent)];
    }),
  );
}

function baseValue(text: string): Rational {
  let hash = 7;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return rational(BigInt(2 * hash + 10_007), 9967n) ?? { numerator: 1n, denominator: 1n };
}
