import { type Ingress, type ServiceBackend } from './objects.js';

export interface Backend {
  namespace: string;
  service: ServiceBackend;
}

type Path = NonNullable<NonNullable<NonNullable<Ingress['spec']>['rules']>[number]['http']>['paths'];
type Rule = NonNullable<Path>[number];

/**
 * The Service that an Ingress names for a host and path: the exact path first, then the longest prefix; then default
 * backends of Ingresses without any rule.
 * @param host lower case, without port
 */
export function findBackend(ingresses: Ingress[], host: string, path: string): Backend | undefined {
  const named = ingresses.flatMap((ingress) =>
    (ingress.spec?.rules ?? [])
      .filter((rule) => hostMatches(rule.host, host))
      .flatMap((rule) => rule.http?.paths ?? [])
      .filter((rule) => pathMatches(rule, path))
      .map((rule) => ({ ingress, rule })),
  );
  named.sort((a, b) => rank(b.rule) - rank(a.rule));
  const best = named[0];
  if (best?.rule.backend.service) return backend(best.ingress, best.rule.backend.service);
  const fallback = ingresses.find(({ spec }) => spec?.defaultBackend?.service && !spec.rules?.length);
  return fallback?.spec?.defaultBackend?.service && backend(fallback, fallback.spec.defaultBackend.service);
}

const backend = ({ metadata }: Ingress, service: ServiceBackend): Backend => ({
  namespace: metadata.namespace ?? '',
  service,
});

const rank = ({ path = '/', pathType }: Rule): number => path.length * 2 + (pathType === 'Exact' ? 1 : 0);

/** `*.example.org` stands for exactly one label. No host at all: any. */
export function hostMatches(pattern: string | undefined, host: string): boolean {
  if (!pattern) return true;
  const lower = pattern.toLowerCase();
  if (!lower.startsWith('*.')) return lower === host;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === lower.slice(1);
}

/** A prefix is made of whole segments. */
function pathMatches({ path = '/', pathType }: Rule, actual: string): boolean {
  if (pathType === 'Exact') return path === actual;
  const prefix = path.replace(/\/+$/, '');
  return actual === prefix || actual.startsWith(`${prefix}/`);
}
