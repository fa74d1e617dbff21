import { SUBRESOURCE_GROUP } from '#libs/kubevirt';
import { type ApiRequest } from './api-request.js';
import { type Grant, PolicyError } from './grant.js';
import { checkIssuable } from './issuable.js';
import { parsePattern } from './pattern.js';
import { type Reach, reach } from './reach.js';
import { requestInfo, type RequestInfo } from './request-info.js';

/**
 * One question of a SubjectAccessReview. `name`, `namespace` absent: of every name, in every namespace.
 * With `path` it is about a path that is not a resource; group and resource are then empty.
 */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly path?: string;
}

/** More questions than this are not asked: the grant is refused. */
const MAX_RIGHTS = 200;

/**
 * What an issuer must be allowed to do in Kubernetes to give this grant, without repetition. Never less than what the
 * grant lets through: a `*` within a name asks for the whole resource and its subresources, one higher for resource
 * `*` (which in RBAC means their subresources too).
 * @throws PolicyError too-many-rights; what no new grant may have (issuable.ts)
 */
export function rights(grant: Grant): Right[] {
  checkIssuable(grant);
  return needed(grant);
}

function needed(grant: Pick<Grant, 'urls' | 'methods'>): Right[] {
  const found = new Map<string, Right>();
  // HEAD comes with GET and gives nothing beyond it.
  const methods = [...grant.methods].filter((method) => method !== 'HEAD' || !grant.methods.has('GET'));
  for (const url of grant.urls) {
    const pattern = parsePattern(url);
    if (!pattern.ok) throw new PolicyError('bad-url', `urls: ${pattern.message}`);
    for (const method of methods) {
      const wanted = pattern.exact ? ofPath(method, pattern.text) : ofPrefix(method, pattern.text);
      for (const right of wanted) found.set(key(right), right);
      if (found.size > MAX_RIGHTS) throw tooMany();
    }
  }
  return [...found.values()];
}

/** What every request asks of a grant, written down once. */
interface Known {
  /** By method and URL. */
  readonly rights: Map<string, Right[]>;
  readonly urls: ReadonlySet<string>;
  /** Lengths of what stands before each final `*`, the greatest first. */
  readonly lengths: readonly number[];
}

const known = new WeakMap<Grant, Known>();

function knownOf(grant: Grant): Known {
  const found = known.get(grant);
  if (found !== undefined) return found;
  const lengths = new Set(grant.urls.flatMap((url) => (url.endsWith('*') ? [url.length - 1] : [])));
  const made = {
    rights: new Map<string, Right[]>(),
    urls: new Set(grant.urls),
    lengths: [...lengths].sort((a, b) => b - a),
  };
  known.set(grant, made);
  return made;
}

/**
 * What an issuer must be allowed to do for one request that their grant lets through: of the urls that match it, all that
 * the narrowest gives by this method. So there are no more questions than `rights` has, whatever is requested.
 */
export function rightsFor(grant: Grant, { method, path }: Pick<ApiRequest, 'method' | 'path'>): Right[] {
  const of = knownOf(grant);
  const url = narrowest(of, path);
  const found = of.rights.get(`${method} ${url}`) ?? needed({ urls: [url], methods: new Set([method]) });
  of.rights.set(`${method} ${url}`, found);
  return found;
}

/** @throws Error where no url matches: such a request must have been refused */
function narrowest({ urls, lengths }: Known, path: string): string {
  if (urls.has(path)) return path;
  for (const length of lengths) {
    const url = `${path.slice(0, length)}*`;
    if (length <= path.length && urls.has(url)) return url;
  }
  throw new Error('No URL of the grant matches the request.');
}

const key = ({ verb, group, resource, subresource, name, namespace, path }: Right) =>
  JSON.stringify([verb, group, resource, subresource, name, namespace, path]);

function tooMany(): PolicyError {
  return new PolicyError(
    'too-many-rights',
    `urls: more than ${MAX_RIGHTS} distinct permissions are required: use fewer URLs or verbs, or split the grant.`,
  );
}

function ofPath(method: string, path: string): Right[] {
  const info = requestInfo(method, path);
  const { group, resource = '*', namespace, name, subresource } = info;
  if (!info.isResource)
    return [{ verb: method.toLowerCase(), group: '', resource: '', path: decodeURIComponent(path) }];
  const target = {
    group,
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  };
  const found: Right[] = verbsOf(info).map((verb) => ({ verb, ...target }));
  const deeper = deeperSubresource(info);
  return deeper === undefined ? found : [...found, ...found.map((right) => ({ ...right, subresource: deeper }))];
}

/** Of a method that the API server has no verb for: who may do everything alone may use it. */
const NO_VERB = ['*'];

/** GET = get on a name, list and watch on a collection. PUT and PATCH may make an object that is not there yet. */
function verbsOf(info: RequestInfo): readonly string[] {
  const { verb, subresource, name } = info;
  if (verb === '') return NO_VERB;
  if (verb === 'list') return ['list', 'watch'];
  const makes = (verb === 'update' || verb === 'patch') && subresource === undefined && name !== undefined;
  return makes || isPodStream(info) ? [verb, 'create'] : [verb];
}

const POD_STREAMS = new Set(['exec', 'attach', 'portforward']);

/** From 1.35 on, the API server asks for `create` too, by whatever method they are opened (KEP-4006). */
function isPodStream({ group, resource, subresource }: RequestInfo): boolean {
  return group === '' && resource === 'pods' && subresource !== undefined && POD_STREAMS.has(subresource);
}

/** KubeVirt asks once more, with the deeper name: `vnc/screenshot` is a right of its own beside `vnc`. */
function deeperSubresource({ group, subresource, rest }: RequestInfo): string | undefined {
  if (group !== SUBRESOURCE_GROUP || subresource === undefined || rest === undefined) return undefined;
  return subresource === 'portforward' ? undefined : `${subresource}/${rest}`;
}

const ALL: Readonly<Record<string, readonly string[]>> = {
  GET: ['get', 'list', 'watch'],
  HEAD: ['get', 'list'],
  POST: ['create'],
  PUT: ['update', 'create'],
  PATCH: ['patch', 'create'],
  DELETE: ['delete', 'deletecollection'],
};
const NAMED: Readonly<Record<string, readonly string[]>> = { ...ALL, GET: ['get'], HEAD: ['get'], DELETE: ['delete'] };
const BELOW: Readonly<Record<string, readonly string[]>> = { ...NAMED, PUT: ['update'], PATCH: ['patch'] };

function ofPrefix(method: string, prefix: string): Right[] {
  return reach(prefix).flatMap((target) => verbsFor(method, target).map((verb) => right(verb, target)));
}

function verbsFor(method: string, target: Reach): readonly string[] {
  if (target.path !== undefined) return [method.toLowerCase()];
  if (target.watch === true) return ['watch'];
  const table = target.subresource !== undefined ? BELOW : target.resource === '*' ? ALL : NAMED;
  return table[method] ?? NO_VERB;
}

function right(verb: string, { watch: _, ...target }: Reach): Right {
  return { verb, group: '', resource: '', ...target };
}
