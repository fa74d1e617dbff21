/**
 * What the API server takes a request for: the same fields by the same rules as RequestInfoFactory of
 * k8s.io/apiserver/pkg/endpoints/request. Names are decoded, as the API server sees them.
 */
export interface RequestInfo {
  /** false: a path like /version or /apis/GROUP, judged by its path alone. */
  readonly isResource: boolean;
  /** get, list, watch, create, update, patch, delete, deletecollection, proxy; '' when unknown; else the method in lower case. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly resource: string | undefined;
  /** The first path part after the name alone, as RBAC has it. */
  readonly subresource: string | undefined;
  readonly name: string | undefined;
  /** Path parts after the subresource: `vnc/screenshot` has `screenshot` here. */
  readonly rest: string | undefined;
  /** The answer goes on until one side ends it. */
  readonly watch: boolean;
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Parts that follow a namespace's name without being a resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/**
 * Called for every request: it makes the parts and the answer, and nothing else.
 * @param path a canonical path as the API server is to see it: `/k8s` is stripped before
 * @param query what follows `?`, or ''
 */
export function requestInfo(method: string, path: string, query = ''): RequestInfo {
  const parts = split(path);
  const version = parts[0] === 'api' ? 1 : parts[0] === 'apis' ? 2 : parts.length; // where it is in the path
  if (parts.length < version + 2) return info(false, method.toLowerCase(), '', '');
  return resourceInfo(method, query, version === 1 ? '' : (parts[1] ?? ''), parts, version);
}

function resourceInfo(method: string, query: string, group: string, parts: string[], version: number): RequestInfo {
  let verb = VERBS[method] ?? '';
  let at = version + 1; // where the resource is
  let namespace: string | undefined;
  // The deprecated forms /api/v1/watch/... and /api/v1/proxy/... name the verb in the path.
  if (parts[at] === 'watch' || parts[at] === 'proxy') verb = parts[at++] ?? '';
  if (parts[at] === 'namespaces' && parts.length > at + 1) {
    namespace = parts[at + 1];
    const inside = parts[at + 2];
    if (inside !== undefined && !NAMESPACE_SUBRESOURCES.has(inside)) at += 2;
  }
  const name = parts[at + 1];
  const subresource = verb === 'proxy' ? undefined : parts[at + 2];
  if (name === undefined) verb = ofCollection(verb, query);
  const watch = verb === 'watch' || (subresource === 'log' && isSet(query, 'follow'));
  const rest = subresource !== undefined && parts.length > at + 3 ? parts.slice(at + 3).join('/') : undefined;
  return info(true, verb, group, parts[version] ?? '', watch, namespace, parts[at], name, subresource, rest);
}

/** One shape for all answers, whatever they lack: engines read it fastest so. */
function info(
  isResource: boolean,
  verb: string,
  group: string,
  version: string,
  watch = false,
  namespace?: string,
  resource?: string,
  name?: string,
  subresource?: string,
  rest?: string,
): RequestInfo {
  return { isResource, verb, group, version, namespace, resource, subresource, name, rest, watch };
}

function ofCollection(verb: string, query: string): string {
  if (verb === 'get') return isSet(query, 'watch') ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** As the API server reads a boolean: only absence, `0` and `false` are false; the first of several counts. */
function isSet(query: string, name: string): boolean {
  if (!query.includes('=') && !query.includes(name) && !query.includes('%')) return false;
  const value = new URLSearchParams(query).get(name);
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function split(path: string): string[] {
  const parts = path.slice(path.startsWith('/') ? 1 : 0).split('/');
  return path.includes('%') ? parts.map(decodeURIComponent) : parts;
}
