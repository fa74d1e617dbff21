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
  readonly namespace?: string;
  readonly resource?: string;
  /** The first path part after the name alone, as RBAC has it. */
  readonly subresource?: string;
  readonly name?: string;
  /** Path parts after the subresource: `vnc/screenshot` has `screenshot` here. */
  readonly rest?: string;
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
 * @param path a canonical path as the API server is to see it: `/k8s` is stripped before
 * @param query what follows `?`, or ''
 */
export function requestInfo(method: string, path: string, query = ''): RequestInfo {
  const parts = split(path);
  const prefix = parts[0];
  const other: RequestInfo = { isResource: false, verb: method.toLowerCase(), group: '', version: '', watch: false };
  if (prefix !== 'api' && prefix !== 'apis') return other;
  const at = prefix === 'api' ? 1 : 2; // where the version is
  const version = parts[at];
  if (version === undefined || parts[at + 1] === undefined) return other;
  const group = prefix === 'api' ? '' : (parts[1] ?? '');
  return resourceInfo(method, query, group, version, parts.slice(at + 1));
}

function resourceInfo(method: string, query: string, group: string, version: string, parts: string[]): RequestInfo {
  let verb = VERBS[method] ?? '';
  let rest = parts;
  // The deprecated forms /api/v1/watch/... and /api/v1/proxy/... name the verb in the path.
  const special = rest[0] === 'watch' || rest[0] === 'proxy' ? rest[0] : undefined;
  if (special !== undefined) {
    if (rest.length < 2) return { isResource: true, verb: special, group, version, watch: special === 'watch' };
    verb = special;
    rest = rest.slice(1);
  }
  let namespace: string | undefined;
  if (rest[0] === 'namespaces' && rest[1] !== undefined) {
    namespace = rest[1];
    if (rest[2] !== undefined && !NAMESPACE_SUBRESOURCES.has(rest[2])) rest = rest.slice(2);
  }
  const [resource, name] = rest;
  const subresource = verb === 'proxy' ? undefined : rest[2];
  if (name === undefined) verb = ofCollection(verb, query);
  return {
    isResource: true,
    verb,
    group,
    version,
    watch: verb === 'watch' || (subresource === 'log' && isSet(query, 'follow')),
    ...(namespace !== undefined && { namespace }),
    ...(resource !== undefined && { resource }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
    ...(subresource !== undefined && rest.length > 3 && { rest: rest.slice(3).join('/') }),
  };
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
