import { SUBRESOURCE_GROUP, SUBRESOURCE_VERSIONS, type SubresourceVersion } from '#libs/kubevirt';

/** What a request for a subresource is about. */
export interface Target {
  version: SubresourceVersion;
  namespace: string;
  resource: 'virtualmachines' | 'virtualmachineinstances';
  name: string;
  /** `vnc`, `vnc/screenshot`, `portforward`. */
  subresource: string;
  /** What follows `portforward`. */
  rest: string[];
  query: URLSearchParams;
}

const RESOURCES = ['virtualmachines', 'virtualmachineinstances'] as const;

/** @returns undefined when the URL is no subresource of a VM or instance. */
export function parseTarget(url: string): Target | undefined {
  const { pathname, searchParams } = new URL(url, 'https://localhost');
  const [, apis, group, version, scope, namespace, resource, name, ...tail] = pathname.split('/').map(decode);
  const known = SUBRESOURCE_VERSIONS.find((served) => served === version);
  const kind = RESOURCES.find((served) => served === resource);
  if (apis !== 'apis' || group !== SUBRESOURCE_GROUP || known === undefined || scope !== 'namespaces') return undefined;
  if (!namespace || kind === undefined || !name || tail.length === 0 || tail.includes('')) return undefined;
  const ported = tail[0] === 'portforward';
  return {
    version: known,
    namespace,
    resource: kind,
    name,
    subresource: ported ? 'portforward' : tail.join('/'),
    rest: ported ? tail.slice(1) : [],
    query: searchParams,
  };
}

/** A part with a broken escape stays as it is: it names nothing. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
