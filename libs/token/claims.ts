import { TokenError } from './errors.js';

/** What a grant's JWT says. The names `URLs` and `verbs` are those of the original system. */
export interface Claims {
  readonly URLs: readonly string[];
  /** HTTP methods, as written. */
  readonly verbs: readonly string[];
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly nbf: number;
  /** UID of the GateToken; absent only in tokens of the original system. */
  readonly jti?: string;
  /** The first public URL of the gateway. */
  readonly iss?: string;
  /** namespace/name of the GateToken. */
  readonly sub?: string;
}

/** The clock of the machine that signed may run ahead of ours by so many seconds. Never applied to `exp`. */
const NBF_LEEWAY = 5;

/** Longest claims that any grant may have; the CRD's limits are the same. */
const LIMIT = { urls: 500, url: 2048, verbs: 16, verb: 16, jti: 128, iss: 2048, sub: 512 } as const;
/** Seconds of the last instant that a JavaScript Date can hold. */
const LAST = 8.64e12;

const wrong = (message: string) => new TokenError('claims', `Invalid claims: ${message}.`);

/** The claims of a decoded payload, each with its type and size checked; other claims are dropped. @throws TokenError */
export function readClaims(payload: unknown): Claims {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw wrong('the payload is not an object');
  const p = payload as Record<string, unknown>;
  const claims = {
    URLs: strings(p['URLs'], 'URLs', LIMIT.urls, LIMIT.url),
    verbs: strings(p['verbs'], 'verbs', LIMIT.verbs, LIMIT.verb),
    exp: instant(p['exp'], 'exp'),
    nbf: instant(p['nbf'], 'nbf'),
    ...text(p, 'jti', LIMIT.jti),
    ...text(p, 'iss', LIMIT.iss),
    ...text(p, 'sub', LIMIT.sub),
  };
  if (claims.exp <= claims.nbf) throw wrong('exp must be after nbf');
  return claims;
}

/**
 * Is this the time in which these claims hold? Ask each time that a verified token is used again.
 * @param now milliseconds since the epoch
 * @throws TokenError expired, not-yet-valid
 */
export function checkWindow({ exp, nbf }: Pick<Claims, 'exp' | 'nbf'>, now: number): void {
  const seconds = now / 1000;
  if (seconds >= exp) throw new TokenError('expired', `The token expired at ${iso(exp)}.`);
  if (seconds + NBF_LEEWAY < nbf) throw new TokenError('not-yet-valid', `The token is not valid before ${iso(nbf)}.`);
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

function strings(value: unknown, name: string, most: number, longest: number): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong(`${name} must be a list with at least one entry`);
  if (value.length > most) throw wrong(`${name} has more than ${most} entries`);
  return value.map((entry: unknown) => {
    if (typeof entry !== 'string' || entry === '') throw wrong(`${name} may hold only non-empty strings`);
    if (entry.length > longest) throw wrong(`an entry of ${name} is longer than ${longest} characters`);
    return entry;
  });
}

function instant(value: unknown, name: string): number {
  if (value === undefined) throw wrong(`${name} is missing`);
  if (typeof value !== 'number' || !(value >= 0 && value <= LAST)) throw wrong(`${name} must be a number of seconds`);
  return value;
}

function text<K extends 'jti' | 'iss' | 'sub'>(payload: Record<string, unknown>, name: K, longest: number) {
  const value = payload[name];
  if (value === undefined) return {};
  if (typeof value !== 'string' || value === '' || value.length > longest) {
    throw wrong(`${name} must be a string of 1 to ${longest} characters`);
  }
  return { [name]: value } as Record<K, string>;
}
