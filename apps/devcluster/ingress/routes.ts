import { type Ingress, type ServiceBackend } from './objects.js';

export interface Backend {
  namespace: string;
  service: ServiceBackend;
}

/**
 * The Service that an Ingress names for a host. Every Ingress of the product has one path, `/`: paths are not looked at.
 * @param host lower case, without port
 */
export function findBackend(ingresses: Ingress[], host: string): Backend | undefined {
  for (const { metadata, spec } of ingresses) {
    const rule = spec?.rules?.find((one) => hostMatches(one.host, host));
    const service = rule?.http?.paths[0]?.backend.service;
    if (service) return { namespace: metadata.namespace ?? '', service };
  }
  return undefined;
}

/** `*.example.org` stands for exactly one label. No host at all: any. */
export function hostMatches(pattern: string | undefined, host: string): boolean {
  if (!pattern) return true;
  const lower = pattern.toLowerCase();
  if (!lower.startsWith('*.')) return lower === host;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === lower.slice(1);
}
