import { parse } from '@marcbachmann/cel-js';

const duration = parse('duration(text)');

/** The library's own kind of duration (its class is not exported), made from nanoseconds. */
export const toDuration = (nanoseconds: bigint): unknown => duration({ text: `${nanoseconds}ns` }) as unknown;

/** `90s`, `1.5s`: as CEL prints a duration. Takes the library's kind. */
export function formatDuration(value: unknown): string {
  const { seconds, nanos } = value as { seconds: bigint; nanos: number };
  const total = seconds * 1_000_000_000n + BigInt(nanos);
  const size = total < 0n ? -total : total;
  const fraction = String(size % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${total < 0n ? '-' : ''}${size / 1_000_000_000n}${fraction ? `.${fraction}` : ''}s`;
}

/** RFC 3339, without a fraction where there is none. */
export const formatTimestamp = (value: Date): string => value.toISOString().replace('.000Z', 'Z');
