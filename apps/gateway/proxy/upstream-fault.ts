import { Refusal } from '../http/refusal.js';
import { isLate } from '../http/silence.js';

/**
 * @returns false: it is followed by another answer (RFC 9110, section 15.2)
 * @throws Error where it is the status of no answer
 */
export function isFinal(status: number): boolean {
  if (status < 100) throw new Error(`an answer with the status ${status}`);
  return status >= 200;
}

/** @returns what a person may know about a fault on the way to the API server, without its address */
export function upstreamFault(cause: Error): Refusal {
  return isLate(cause)
    ? new Refusal(504, 'The Kubernetes API did not respond in time.', 'Try again in a moment.', { cause })
    : new Refusal(502, 'The Kubernetes API cannot be reached.', 'Try again in a moment.', { cause });
}
