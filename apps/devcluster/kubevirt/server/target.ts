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

/**
 * Splits the path exactly as the API server did when it judged the request: nothing is folded or normalised.
 * @param url path and query as they came over the wire
 * @returns undefined when the URL names no subresource of a VM or instance
 */
export function parseTarget(url: string): Target | undefined {
  const [path = '', search = ''] = url.split(/\?(.*)/s);
  const segments = path.split('/').map(decode);
  if (segments.some((segment) => segment === '.' || segment === '..' || /[/\\]/.test(segment))) return undefined;
  const [, apis, group, version, scope, namespace, resource, name, ...tail] = segments;
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
    query: new URLSearchParams(search),
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
