import { type Verdict } from './review.js';

export const ALLOWED: Verdict = { allowed: true };

/** For who asks: they may not have this. */
export const forbidden = (message: string): Verdict => ({ allowed: false, code: 403, reason: 'Forbidden', message });

/** For everyone: the object is wrong. */
export const invalid = (message: string): Verdict => ({ allowed: false, code: 422, reason: 'Invalid', message });
