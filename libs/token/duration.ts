import { DurationError } from './errors.js';

/** Nanoseconds. The two mu signs are U+00B5 and U+03BC, as in Go's time.ParseDuration. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const WHOLE = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
/** A Go duration is a signed 64-bit count of nanoseconds. */
const MAX_NS = 2n ** 63n;

/**
 * Milliseconds (fractions of them for `us` and `ns`) of a duration in Go's syntax: `90s`, `1h30m`, `-1.5h`, `0`.
 * @throws DurationError
 */
export function parseDuration(text: string): number {
  if (text === '0' || text === '+0' || text === '-0') return 0;
  if (text.length > 256 || !WHOLE.test(text)) {
    throw new DurationError(
      `"${text.slice(0, 40)}" is not a duration: write it like 90s, 30m or 1h30m (units h, m, s, ms).`,
    );
  }
  let ns = 0n;
  for (const [, amount = '', unit = ''] of text.matchAll(PART)) ns += nanoseconds(amount, UNITS[unit] ?? 0);
  if (ns >= MAX_NS) throw new DurationError(`"${text.slice(0, 40)}" is too long: the longest duration is 2562047h.`);
  const ms = Number(ns / 1_000_000n) + Number(ns % 1_000_000n) / 1e6;
  return text.startsWith('-') && ms !== 0 ? -ms : ms;
}

/** Exact where a double of all the nanoseconds would not be: 1.001s is 1001 ms, and 10 years are 10 years. */
function nanoseconds(amount: string, unit: number): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole) * BigInt(unit) + BigInt(Math.round(Number(`0.${fraction}`) * unit));
}

/**
 * The shortest text in hours, minutes, seconds and milliseconds that parseDuration reads as `ms` again (`1h30m`,
 * where Go prints `1h30m0s`). Fractions of a millisecond are cut off.
 */
export function formatDuration(ms: number): string {
  let rest = Math.trunc(Math.abs(ms));
  if (rest === 0) return '0s';
  let text = ms < 0 ? '-' : '';
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    if (rest >= size) text += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  return text;
}
