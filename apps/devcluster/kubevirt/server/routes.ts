import { nowhere, plainText } from './failure.js';
import { INSTANCE_ACTIONS } from './instance-actions.js';
import { POWER } from './power.js';
import { STREAMS } from './stream-checks.js';
import { type Target } from './target.js';

interface Route {
  method: 'GET' | 'PUT';
  /** Media types that the route declares, which decides what `Accept` it takes. Most declare none. */
  produces: readonly string[];
}

const routes = (method: Route['method'], produces: readonly string[], ...names: string[]): [string, Route][] =>
  names.map((name) => [name, { method, produces }]);

const of = (resource: Target['resource'], names: string[]): string[] => names.map((name) => `${resource}/${name}`);

/** Everything that is served, by resource and subresource (kubevirt: pkg/virt-api/api.go). */
export const ROUTES: ReadonlyMap<string, Route> = new Map([
  ...routes('GET', [], ...of('virtualmachineinstances', [...Object.keys(STREAMS), 'vnc/screenshot'])),
  ...routes('GET', ['application/json'], 'virtualmachineinstances/guestosinfo'),
  ...routes('PUT', [], ...of('virtualmachineinstances', Object.keys(INSTANCE_ACTIONS))),
  ...routes('PUT', [], ...of('virtualmachines', Object.keys(POWER))),
]);

/**
 * Lets a request in as go-restful's router does: a path that is served, its method, then `Accept`.
 * @throws Failure 404; 405 and 406 in plain text
 */
export function checkRoute({ resource, subresource }: Target, method: string | undefined, accept = '*/*'): void {
  const route = ROUTES.get(`${resource}/${subresource}`);
  if (route === undefined) throw nowhere();
  if (route.method !== method) throw plainText(405, '405: Method Not Allowed');
  const wanted = accept.split(',').map((range) => range.split(';', 1)[0]?.trim() ?? '');
  // A route that declares nothing is acceptable to a wildcard alone.
  if (wanted.some((type) => type === '*/*' || route.produces.includes(type))) return;
  throw plainText(406, `406: Not Acceptable\n\nAvailable representations: ${route.produces.join(', ')}`);
}
