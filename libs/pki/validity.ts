import { PkiError } from './shapes.js';

const DAY = 86_400_000;
/** Clocks of two machines differ: a certificate made here must already hold there. */
const SKEW = 5 * 60_000;

/** From five minutes ago until `days` from now. */
export function validity(days: number, now: Date): { notBefore: Date; notAfter: Date } {
  if (!Number.isFinite(days) || days <= 0 || days > 36_500) {
    throw new PkiError('bad-days', `A certificate is valid for 1 to 36500 days, not ${days}.`);
  }
  return { notBefore: new Date(now.getTime() - SKEW), notAfter: new Date(now.getTime() + days * DAY) };
}
