import fc from 'fast-check';
import { canonicalPath } from '../canonical-path.js';
import { type GrantSource, PolicyError } from '../grant.js';
import { checkIssuable } from '../issuable.js';
import { parsePattern } from '../pattern.js';

/** A request of a guest. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly upgrade: boolean;
}

const GROUPS = ['/api/v1', '/api/v2', '/apis/apps/v1', '/apis/kubevirt.io/v1', '/apis/kubevirt.io/v1alpha3'];
const SUBRESOURCES = ['/apis/subresources.kubevirt.io/v1', '/apis/subresources.kubevirt.io/v1alpha3'];
const OTHER = ['', '/api', '/apis', '/apis/apps', '/apix', '/version', '/healthz/etcd', '/a%20b', '/a%20b/c'];
const SCOPES = ['', '/namespaces/ns', '/namespaces/ns', '/namespaces/n', '/watch', '/watch/namespaces/ns', '/proxy'];
const RESOURCES = ['/pods', '/services', '/virtualmachineinstances', '/virtualmachines', '/namespaces', '/secrets', ''];
const NAMES = ['', '/a', '/a', '/ab', '/b%20c', '/%2A', '/status', '/finalize'];
const BELOW = ['', '/status', '/log', '/exec', '/portforward', '/proxy', '/vnc', '/vnc', '/usbredir', '/scale', '/%2A'];
const DEEPER = ['', '', '/screenshot', '/22', '/22/tcp', '/axes/move'];
/** Words where no grammar would have them. */
const WORDS = ['/watch', '/proxy', '/namespaces', '/status', '/pods', '/a', '/vnc', '/secrets'];

const oneOf = (values: readonly string[]) => fc.constantFrom(...values);
const ending = fc.tuple(oneOf(RESOURCES), oneOf(NAMES), oneOf(BELOW), oneOf(DEEPER));
const path = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(oneOf([...GROUPS, ...SUBRESOURCES]), oneOf(SCOPES), ending) },
  {
    weight: 1,
    arbitrary: fc.tuple(oneOf([...GROUPS, ...SUBRESOURCES, ...OTHER]), fc.array(oneOf(WORDS), { maxLength: 4 })),
  },
);

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const QUERIES = ['', '', 'watch=1', 'watch', 'watch=0', 'watch=False', '%77atch=true', 'watch=0&watch=1', 'follow=1'];

/** How a URL is made of a path: 0 the path; 1 cut behind a slash; 2 cut anywhere, at a part of its length; 3 all. */
const cut = fc.tuple(fc.constantFrom(0, 0, 1, 1, 2, 3), fc.nat(99));

function urlOf(text: string, [how, part]: readonly [number, number]): string {
  const at = Math.floor((text.length * part) / 100);
  if (how === 0 || text === '') return text || '*';
  if (how === 3) return '*';
  return `${text.slice(0, how === 1 ? text.lastIndexOf('/', at) + 1 : at + 1)}*`;
}

/** Whether a grant of this URL is issued; requests are drawn for those that are refused too. */
export function isIssued(url: string): boolean {
  if (!parsePattern(url).ok) return false;
  try {
    checkIssuable({ urls: [url] });
    return true;
  } catch (error) {
    if (error instanceof PolicyError) return false;
    throw error;
  }
}

interface Drawn {
  readonly source: GrantSource;
  readonly requests: readonly Asked[];
}

/** Grants, each with requests that are near its urls: the same paths, paths that begin alike, and paths below. */
export const grants = fc
  .record({
    paths: fc.array(path, { minLength: 1, maxLength: 3 }),
    cuts: fc.array(cut, { minLength: 3, maxLength: 3 }),
    verbs: fc.subarray(METHODS, { minLength: 1, maxLength: 3 }),
    vm: fc.boolean(),
    viewOnly: fc.constantFrom(false, false, true),
    requests: fc.array(
      fc.record({
        of: fc.nat(2),
        keep: fc.nat(99),
        more: fc.tuple(fc.boolean(), ending),
        method: fc.nat(6),
        query: oneOf(QUERIES),
        upgrade: fc.boolean(),
      }),
      { minLength: 4, maxLength: 6 },
    ),
  })
  .map(({ paths, cuts, verbs, vm, viewOnly, requests }): Drawn => {
    const texts = paths.map((parts) => parts.flat(2).join(''));
    const urls = texts.map((text, index) => urlOf(text, cuts[index] ?? [0, 0])).filter(isIssued);
    const source = { urls, verbs, viewOnly, ...(vm && { vm: 'a', namespace: 'ns' }) };
    return {
      source,
      requests: requests
        .map(({ of, keep, more: [isBelow, below], method, query, upgrade }): Asked => {
          const text = texts[of % texts.length] ?? '';
          const kept = text.slice(0, text.lastIndexOf('/', Math.floor((text.length * (keep + 1)) / 100)));
          // Mostly a method of the grant.
          const named = verbs[method] ?? (method > 4 ? METHODS[method] : verbs[0]) ?? 'GET';
          return { method: named, path: isBelow ? kept + below.join('') : text, query, upgrade };
        })
        .filter(({ path: text }) => canonicalPath(text).ok),
    };
  });
