import { isOwned } from '../apply/applier.js';
import { type IngressHosts } from '../cluster/ingress-hosts.js';
import { type Cause } from './cause.js';
import { exposureOf } from './exposure.js';
import { type Gathered } from './gather.js';

/**
 * Another Ingress takes all requests for the host name, too. Which of the two gets them differs between controllers:
 * ingress-nginx prefers the older, others merge them. One in another namespace is not named: those who read this may have
 * no right to look there.
 */
export function sharedHostCause({ server, namespace, settings, ingresses }: Gathered): Cause | undefined {
  const { route } = settings;
  const ours = ingresses.find((one) => isOwned(one, server));
  // Not made yet, not wanted, or not to be had, of which other conditions tell.
  if (!ours || exposureOf(settings).exposure !== 'ingress') return undefined;
  const rivals = ingresses.filter((one) => !isOwned(one, server) && competes(one, ours, route));
  if (rivals.length === 0) return undefined;
  const [name] = rivals.flatMap(({ metadata }) => (metadata.namespace === namespace ? [metadata.name] : [])).sort();
  const who = name === undefined ? 'an Ingress in another namespace' : `Ingress ${name}`;
  const remedy =
    name === undefined
      ? 'Change spec.route, or ask the administrator of the cluster to find that Ingress with "kubectl get ingresses -A"'
      : `Delete Ingress ${name}, give it a host name or path of its own, or change spec.route`;
  const message = `spec.route: ${who} takes all requests for ${route}, too, so they may not reach the gateway. ${remedy}.`;
  return { reason: 'HostShared', message };
}

/** Those of two classes are served by two controllers, each with addresses of its own; without a class, any may serve it. */
function competes({ metadata, hosts, ingressClass }: IngressHosts, ours: IngressHosts, host: string): boolean {
  const classes = [ingressClass, ours.ingressClass];
  const isElsewhere = !classes.includes(undefined) && ingressClass !== ours.ingressClass;
  return hosts.includes(host) && !isElsewhere && !metadata.deletionTimestamp;
}
