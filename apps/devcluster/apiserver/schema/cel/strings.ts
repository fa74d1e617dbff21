import { type Environment } from '@marcbachmann/cel-js';

import { regexp } from '../regexp.js';
import { CelFault } from './errors.js';
import { formatDuration, formatTimestamp } from './duration.js';

const SYNC = { async: false };

function matcher(pattern: string): ReturnType<typeof regexp> {
  try {
    return regexp(pattern);
  } catch (error) {
    throw new CelFault(`error parsing regexp: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function findAll(text: string, pattern: string, limit: number): string[] {
  const found: string[] = [];
  const search = matcher(pattern).matcher(text);
  while ((limit < 0 || found.length < limit) && search.find()) found.push(search.group() ?? '');
  return found;
}

function charAt(text: string, at: bigint): string {
  const points = [...text];
  if (at < 0n || at > BigInt(points.length)) throw new CelFault(`index out of range: ${at}`);
  return points[Number(at)] ?? '';
}

function replace(text: string, from: string, to: string, limit: number): string {
  const parts = text.split(from);
  if (limit < 0 || parts.length <= limit + 1) return parts.join(to);
  return [...parts.slice(0, limit), parts.slice(limit).join(from)].join(to);
}

const ascii = (text: string, range: RegExp, change: (c: string) => string): string => text.replace(range, change);

/** The text of a value in `%s`. */
function show(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (value instanceof Date) return formatTimestamp(value);
  if (Array.isArray(value) || value instanceof Set) return `[${[...value].map(show).join(', ')}]`;
  if (value instanceof Map) return `{${[...value].map(([k, v]) => `${show(k)}: ${show(v)}`).join(', ')}}`;
  if (typeof value === 'object' && 'seconds' in value) return formatDuration(value);
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** `"%s has %d".format([a, b])`. */
function format(template: string, values: Iterable<unknown>): string {
  const left = [...values];
  return template.replace(/%(%|(?:\.(\d+))?([sdfexXob]))/g, (_all, whole: string, digits: string, verb: string) => {
    if (whole === '%') return '%';
    if (left.length === 0) throw new CelFault('index 0 out of range');
    const value = left.shift();
    switch (verb) {
      case 'f':
        return Number(value).toFixed(digits ? Number(digits) : 6);
      case 'e':
        return Number(value).toExponential(digits ? Number(digits) : 6);
      case 'x':
      case 'X': {
        const hex = typeof value === 'bigint' ? value.toString(16) : Buffer.from(show(value)).toString('hex');
        return verb === 'X' ? hex.toUpperCase() : hex;
      }
      case 'o':
      case 'b':
        return BigInt(value as bigint).toString(verb === 'o' ? 8 : 2);
      default:
        return show(value);
    }
  });
}

/** Our functions for what the library has and does otherwise: name in a rule -> name of ours. */
export const STRING_NAMES: [string, string][] = [
  ['matches', 'kubeMatches'],
  ['lowerAscii', 'kubeLowerAscii'],
  ['upperAscii', 'kubeUpperAscii'],
];

/** cel-go's string extension as far as the library lacks it, Kubernetes' find and findAll, and RE2 for matches. */
export function registerStrings(env: Environment): void {
  const add = (signature: string, handler: (...args: never[]) => unknown): unknown =>
    env.registerFunction(signature, handler, SYNC);
  add('string.kubeMatches(string): bool', (text: string, pattern: string) => matcher(pattern).matcher(text).find());
  add('matches(string, string): bool', (text: string, pattern: string) => matcher(pattern).matcher(text).find());
  add('string.kubeLowerAscii(): string', (text: string) => ascii(text, /[A-Z]+/g, (c) => c.toLowerCase()));
  add('string.kubeUpperAscii(): string', (text: string) => ascii(text, /[a-z]+/g, (c) => c.toUpperCase()));
  add('string.find(string): string', (text: string, pattern: string) => findAll(text, pattern, 1)[0] ?? '');
  add('string.findAll(string): list<string>', (text: string, pattern: string) => findAll(text, pattern, -1));
  add('string.findAll(string, int): list<string>', (text: string, pattern: string, limit: bigint) =>
    findAll(text, pattern, Number(limit)),
  );
  add('string.charAt(int): string', charAt);
  add('string.replace(string, string): string', (text: string, from: string, to: string) => text.split(from).join(to));
  add('string.replace(string, string, int): string', (text: string, from: string, to: string, limit: bigint) =>
    replace(text, from, to, Number(limit)),
  );
  add('string.reverse(): string', (text: string) => [...text].reverse().join(''));
  add('string.format(list): string', format);
  add('string(google.protobuf.Duration): string', formatDuration);
  add('string(google.protobuf.Timestamp): string', formatTimestamp);
  add('int(google.protobuf.Timestamp): int', (time: Date) => BigInt(Math.floor(time.valueOf() / 1000)));
}
