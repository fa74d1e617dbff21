/** Durations in Go's syntax, as GateTokens are written with them. */
const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Milliseconds of a Go duration such as `90s` or `1h30m`; undefined if it is not a duration or not positive. Source: Go's
 * time.ParseDuration.
 */
export function positiveDuration(text: string): number | undefined {
  const written = text.trim().replace(/^\+/, '');
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(written)) return undefined;
  let total = 0;
  for (const [, value, unit] of written.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(value) * (UNITS[unit ?? ''] ?? Number.NaN);
  }
  return total > 0 && Number.isFinite(total) ? total : undefined;
}

/** `1 hour 30 minutes`: a duration in words, to whole seconds. */
export function durationInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const parts = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor((seconds % 86_400) / 3_600), 'hour'],
    [Math.floor((seconds % 3_600) / 60), 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  const words = parts.filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}${n === 1 ? '' : 's'}`);
  return words.slice(0, 2).join(' ') || '0 seconds';
}

/** `30 minutes`: the time left in words, to whole minutes while it is more than two of them. */
export const timeLeftInWords = (ms: number): string =>
  durationInWords(ms > 120_000 ? Math.round(ms / 60_000) * 60_000 : ms);

/** `1:02:03`, `2:03` or `3 d 4 h`: what is left on a clock. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const hours = Math.floor(seconds / 3_600);
  const two = (n: number) => String(n).padStart(2, '0');
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  const rest = `${two(Math.floor((seconds % 3_600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest.replace(/^0/, '');
}

/** `5 s`, `12 min`, `3 h`, `8 d`: an age for a narrow column. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

const instant = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** An instant (RFC 3339) in the reader's own way of writing dates. */
export function dateTime(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : instant.format(date);
}
