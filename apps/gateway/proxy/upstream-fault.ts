import { Refusal } from '../http/refusal.js';
import { isLate } from '../http/silence.js';

/** @returns what a person may know about a fault on the way to the API server, without its address */
export function upstreamFault(cause: Error): Refusal {
  return isLate(cause)
    ? new Refusal(504, 'The Kubernetes API did not respond in time.', 'Try again in a moment.', { cause })
    : new Refusal(502, 'The Kubernetes API cannot be reached.', 'Try again in a moment.', { cause });
}
