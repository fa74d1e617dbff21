import { type Environment } from '@marcbachmann/cel-js';

import { found, regexp } from '../regexp.js';

const SYNC = { async: false };

/** Our functions for what the library has and does otherwise: name in a rule -> name of ours. */
export const NAMES: ReadonlyMap<string, string> = new Map([
  ['matches', 'kubeMatches'],
  ['lowerAscii', 'kubeLowerAscii'],
]);

/** RE2 for matches and find, and what rules want most of cel-go's string extension. */
export function registerStrings(env: Environment): void {
  const add = (signature: string, handler: (...args: never[]) => unknown): unknown =>
    env.registerFunction(signature, handler, SYNC);
  add('string.kubeMatches(string): bool', (text: string, pattern: string) => found(pattern, text));
  add('matches(string, string): bool', (text: string, pattern: string) => found(pattern, text));
  add('string.kubeLowerAscii(): string', (text: string) => text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase()));
  add('string.find(string): string', (text: string, pattern: string) => {
    const search = regexp(pattern).matcher(text);
    return search.find() ? (search.group() ?? '') : '';
  });
  add('string.replace(string, string): string', (text: string, from: string, to: string) => text.split(from).join(to));
}
