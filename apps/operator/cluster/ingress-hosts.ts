import { type V1HTTPIngressPath, type V1Ingress, type V1IngressRule } from '@kubernetes/client-node';
import { type KubeObject, type Served } from '#libs/kube';
import { essentials } from './essentials.js';

/** What is kept of any Ingress: which host names it takes all requests of. */
export interface IngressHosts extends KubeObject {
  hosts: string[];
  /** The IngressClass, which says whose controller serves it; undefined: any may. */
  ingressClass?: string;
}

/** What classes were before there were IngressClasses; controllers still look at it. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/**
 * Rules with a path of their own are left out: an exact host or a longer path goes before `/`, so they share a host by
 * intent. So are those for any host and wildcards: a rule for the very host goes before them
 * (https://kubernetes.io/docs/concepts/services-networking/ingress/).
 */
export function ingressHosts({ metadata, spec }: KubeObject & Pick<Served<V1Ingress>, 'spec'>): IngressHosts {
  const ingressClass = spec?.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION];
  // Without paths, all requests for the host go to the default backend.
  const takesAll = ({ http }: V1IngressRule) => http?.paths.some(isEverything) ?? spec?.defaultBackend !== undefined;
  const rules = spec?.rules?.filter(({ host }) => host && !host.startsWith('*.')) ?? [];
  const hosts = rules.filter(takesAll).map(({ host = '' }) => host);
  return { ...essentials({ metadata }), hosts, ...(ingressClass === undefined ? {} : { ingressClass }) };
}

/** `/` of any type; where the controller says what a path means, `/*` and `/(.*)` too, which many take as that. */
function isEverything({ path = '', pathType }: V1HTTPIngressPath): boolean {
  const plain = pathType === 'ImplementationSpecific' ? path.replaceAll(/[.*?()^$]/g, '') : path;
  return plain === '' || plain === '/';
}
