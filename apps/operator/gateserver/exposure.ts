import { type GateServerSettings } from '#libs/api';
import { type Exposure } from './network.js';

/** How the gateway is exposed, and what was asked for and is not done, as a sentence. */
export function exposureOf({ expose }: GateServerSettings): { exposure: Exposure; problem?: string } {
  switch (expose) {
    case 'auto':
      return { exposure: 'ingress' };
    case 'route':
    case 'httproute': {
      const [article, kind] = expose === 'route' ? ['a', 'Route'] : ['an', 'HTTPRoute'];
      const problem = `spec.expose: this release does not create ${article} ${kind}: use ingress, or create the ${kind} yourself and set none.`;
      return { exposure: 'none', problem };
    }
    default:
      return { exposure: expose };
  }
}
