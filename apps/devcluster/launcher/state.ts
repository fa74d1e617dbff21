import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type DataFolder } from './data-folder.js';

/** A link that was issued: its GateToken, and the code, which the cluster does not know. */
export interface Link {
  token: string;
  code: string;
}

/** What a restart must find again. */
export interface State {
  /** Port of the API server on 127.0.0.1. */
  apiPort?: number;
  /** Bearer tokens of the three people. */
  tokens: Record<Person, string>;
  /** The link that was printed last. */
  link?: Link;
}

export const PEOPLE = ['admin', 'dev', 'viewer'] as const;
type Person = (typeof PEOPLE)[number];

const newToken = (): string => randomBytes(24).toString('base64url');

/** Reads the state; creates what is missing or damaged. */
export function readState(folder: DataFolder): State {
  const stored = parse(folder.at('state.json'));
  const tokens = Object.fromEntries(PEOPLE.map((person) => [person, stored.tokens?.[person] ?? newToken()]));
  return {
    ...(stored.apiPort === undefined ? {} : { apiPort: stored.apiPort }),
    tokens: tokens as State['tokens'],
    ...(isLink(stored.link) ? { link: stored.link } : {}),
  };
}

export function writeState(folder: DataFolder, state: State): void {
  const file = folder.at('state.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

const isLink = (link: Partial<Link> | undefined): link is Link =>
  typeof link?.token === 'string' && typeof link.code === 'string';

function parse(file: string): Partial<State> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<State>;
  } catch {
    return {};
  }
}
