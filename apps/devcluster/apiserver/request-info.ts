import { parseFieldSelector } from './selectors/fields.js';
import { badRequest } from './status.js';
import { type ResourceDef } from './types.js';

/** What a request asks for, as the authorizer sees it. */
export interface RequestInfo {
  isResource: boolean;
  path: string;
  verb: string;
  group: string;
  version: string;
  /** Empty where none is named. */
  namespace: string;
  resource: string;
  subresource: string;
  name: string;
  /** Whether the path names an object; a field selector may name one too. */
  named: boolean;
  /** Segments after the name and the subresource (`portforward/PORT`). */
  rest: string[];
}

const METHOD_VERBS: Record<string, string> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources of a namespace itself, all else under it is a resource within. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

const nonResource = (method: string, path: string): RequestInfo => ({
  isResource: false,
  path,
  verb: method.toLowerCase(),
  group: '',
  version: '',
  namespace: '',
  resource: '',
  subresource: '',
  name: '',
  named: false,
  rest: [],
});

/** What a reader further on may fold into another path (RFC 3986, section 5.2.4; WHATWG URL folds backslashes too). */
const foldable = (segment: string): boolean => segment === '.' || segment === '..' || /[/\\]/.test(segment);

/**
 * Reads method, path (escaped, without query) and query as Kubernetes does.
 * @throws ApiError 400 for a path with dot segments, backslashes or escaped slashes: what is judged must be what is served
 */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const segments = path.split('/').filter(Boolean).map(decoded);
  if (segments.some(foldable)) {
    throw badRequest('Invalid path: dot segments, backslashes and escaped slashes are not allowed.');
  }
  const core = segments[0] === 'api';
  const start = core ? 2 : 3;
  if ((!core && segments[0] !== 'apis') || segments.length <= start) return nonResource(method, path);
  const info: RequestInfo = {
    ...nonResource(method, path),
    isResource: true,
    group: core ? '' : (segments[1] ?? ''),
    version: segments[start - 1] ?? '',
    verb: METHOD_VERBS[method] ?? '',
  };
  let parts = segments.slice(start);
  if (parts[0] === 'namespaces' && parts.length > 1) {
    info.namespace = parts[1] ?? '';
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '')) parts = parts.slice(2);
  }
  [info.resource = '', info.name = '', info.subresource = ''] = parts;
  info.named = info.name !== '';
  info.rest = parts.slice(3);
  collectionVerb(info, query);
  return info;
}

function collectionVerb(info: RequestInfo, query: URLSearchParams): void {
  if (info.name) return;
  if (info.verb === 'get') {
    info.verb = truthy(query.get('watch')) ? 'watch' : 'list';
    info.name = namedByField(query.get('fieldSelector') ?? '');
  } else if (info.verb === 'delete') info.verb = 'deletecollection';
}

/** A list of one name is judged as that name. */
function namedByField(selector: string): string {
  if (!selector.includes('metadata.name')) return '';
  const anything = { custom: true, selectableFields: [] } as unknown as ResourceDef;
  try {
    return (
      parseFieldSelector(selector, anything).find(({ path, equal }) => equal && path === 'metadata.name')?.value ?? ''
    );
  } catch {
    return '';
  }
}

export const truthy = (value: string | null): boolean => value === '' || value === '1' || value === 'true';

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
