import { Refusal } from '../http/refusal.js';

/** Row 11: a revocation may have been missed, so no grant gives access. */
export const outOfTouch = (): Refusal =>
  new Refusal(503, 'The gateway has lost contact with the cluster.', 'Try again in a moment.', {
    rule: 'out-of-touch',
    retryAfter: 5,
  });
