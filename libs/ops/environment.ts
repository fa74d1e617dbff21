import { z } from 'zod';
import { type Address } from './metrics-server.js';

/** Every bad name of the environment at once; `problems` has a line for each. */
export class EnvironmentError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`Invalid environment:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment by a schema with a key for each name. Each check's message says what is expected: it becomes
 * `NAME is "value", expected ...`. Values are trimmed; an empty one counts as not set.
 * @param secret names whose values no message shows
 * @throws EnvironmentError
 */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment,
  secret: readonly string[] = [],
): Readonly<z.output<Schema>> {
  const given = new Map<string, string>();
  for (const [name, value = ''] of Object.entries(environment)) if (value.trim() !== '') given.set(name, value.trim());
  const { success, data, error } = schema.safeParse(Object.fromEntries(given));
  if (success) return Object.freeze(data);
  const problems = error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    const value = secret.includes(name) ? 'not usable' : JSON.stringify(given.get(name));
    return given.has(name) ? `${name} is ${value}, expected ${message}` : `${name} is not set, expected ${message}`;
  });
  throw new EnvironmentError([...new Set(problems)]);
}

/** `HOST:PORT`, an IPv6 address in brackets. */
export const listenAddress = z.string().transform((text, context): Address => {
  const [, host = '', digits = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host !== '' && port <= 65_535) return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
  context.addIssue('HOST:PORT');
  return z.NEVER;
});

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const logLevel = z.enum(LEVELS, `one of ${LEVELS.join(', ')}`);
