import { type GateToken, type GateTokenData, type GateTokenSettings } from '#libs/api';
import { rfc3339 } from '#libs/kube';
import { parseDuration } from '#libs/token';

/** The time in which a token holds, in whole seconds since the epoch. */
export interface Window {
  nbf: number;
  exp: number;
  durationMs: number;
}

/** 9999-12-31T23:59:59Z: RFC 3339, and so the status, cannot write a later time. */
const LAST = 253_402_300_799;

/**
 * From `from`, or the creation, for `duration`. Fractions of a second are cut off the end: never longer than written.
 * @throws RangeError with a message for the condition
 */
export function windowOf({ metadata }: GateToken, { from, duration }: GateTokenSettings): Window {
  const start = Date.parse(from ?? metadata.creationTimestamp ?? '');
  if (Number.isNaN(start))
    throw new RangeError(`spec.from is not an RFC 3339 time: write it like 2030-01-31T12:00:00Z.`);
  const durationMs = durationOf(duration);
  const nbf = Math.floor(start / 1000);
  const exp = Math.floor((start + durationMs) / 1000);
  if (durationMs < 1000 || exp <= nbf) throw new RangeError('spec.duration is too short: use at least 1s.');
  if (nbf < 0 || exp > LAST) throw new RangeError('spec.from and spec.duration must lie in the years 1970 to 9999.');
  return { nbf, exp, durationMs };
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new RangeError(`spec.duration: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** `status.data`. @param urls all of them, those that `vm` is short for included */
export function dataOf({ nbf, exp }: Window, settings: GateTokenSettings, urls: readonly string[]): GateTokenData {
  return {
    from: rfc3339(new Date(nbf * 1000)),
    until: rfc3339(new Date(exp * 1000)),
    duration: settings.duration,
    nbf,
    exp,
    verbs: [...settings.verbs],
    urls: [...urls],
  };
}
