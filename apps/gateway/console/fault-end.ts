import { CLOSE } from '#libs/api';
import { KubeError, NetworkError } from '#libs/kube';
import { Refusal } from '../http/refusal.js';
import { type ConsoleEnd } from './tunnel.js';

/**
 * The end of a console that a fault kept from opening. `overloaded` makes browsers try again by themselves, so it is
 * for what passes: an API server that cannot be reached. What it refuses, or what nobody foresaw, would fail again.
 */
export function faultEnd(error: unknown): ConsoleEnd {
  if (error instanceof Refusal)
    return { code: error.code === 503 ? CLOSE.overloaded : CLOSE.upstreamFailed, reason: error.message };
  if (error instanceof NetworkError || (error instanceof KubeError && error.code >= 500))
    return { code: CLOSE.overloaded, reason: 'The gateway is out of touch with the cluster. Try again.' };
  if (error instanceof KubeError)
    return {
      code: CLOSE.upstreamFailed,
      reason: `The cluster refused what the gateway needs for a console (${error.code} ${error.reason}).`,
    };
  return { code: CLOSE.upstreamFailed, reason: 'The gateway made a mistake. Its log says more.' };
}
