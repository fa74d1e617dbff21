import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalPath } from './canonical-path.js';
import { decide, type Grant, parseGrant, parseRequest } from './index.js';
import { parsePattern } from './pattern.js';

/*
 * The written meaning of a grant, said a second time and in another way: text alone, no reading of path parts.
 * What decide() answers must be the same.
 */
const NEVER = [
  /^\/api\/[^/]+\/(watch\/|proxy\/)?(namespaces\/[^/]+\/)?secrets(\/|$)/,
  /^\/api\/[^/]+\/(watch\/)?(namespaces\/[^/]+\/)?serviceaccounts\/[^/]+\/token(\/|$)/,
  /^\/apis\/(kubegateway\.kubevirt|rbac\.authorization\.k8s|authorization\.openshift|oauth\.openshift)\.io\/[^/]+\/./,
];
const IN_RESOURCE = String.raw`^\/(api|apis\/[^/]+)\/[^/]+\/(watch\/)?(namespaces\/[^/]+\/)?`;
const CONNECT = [
  /^\/(api|apis\/[^/]+)\/[^/]+\/proxy(\/|$)/,
  new RegExp(String.raw`${IN_RESOURCE}(?!namespaces\/)[^/]+\/[^/]+\/(exec|attach|portforward|proxy)(\/|$)`),
  /^\/apis\/(subresources\.)?kubevirt\.io\/[^/]+\/(watch\/)?(namespaces\/[^/]+\/)?(?!namespaces\/)[^/]+\/[^/]+\/(usbredir|vsock)(\/|$)/,
];
const CONSOLE =
  /^\/apis\/subresources\.kubevirt\.io\/[^/]+\/namespaces\/[^/]+\/virtualmachineinstances\/[^/]+\/(vnc|console)$/;
const WATCH = /^\/(api|apis\/[^/]+)\/[^/]+\/watch(\/|$)/;

interface Written {
  urls: string[];
  verbs: string[];
  viewOnly: boolean;
}

function meaning(grant: Written, method: string, path: string, upgrade: boolean): boolean {
  const methods = grant.verbs.map((verb) => verb.toUpperCase());
  if (!methods.includes(method) && !(method === 'HEAD' && methods.includes('GET'))) return false;
  if (WATCH.test(path) && !methods.includes('GET')) return false;
  const exact = grant.urls.includes(path);
  const wild = grant.urls.some((url) => url.endsWith('*') && path.startsWith(url === '*' ? '/' : url.slice(0, -1)));
  if (!exact && !wild) return false;
  if (NEVER.some((pattern) => pattern.test(path))) return false;
  const connect = CONNECT.some((pattern) => pattern.test(path));
  if (connect && !exact) return false;
  if (!grant.viewOnly) return true;
  return (method === 'GET' || method === 'HEAD') && !connect && (!upgrade || CONSOLE.test(path) || WATCH.test(path));
}

const root = fc.constantFrom(
  '/api/v1',
  '/apis/apps/v1',
  '/apis/kubevirt.io/v1',
  '/apis/subresources.kubevirt.io/v1',
  '/apis/subresources.kubevirt.io/v1alpha3',
  '/apis/rbac.authorization.k8s.io/v1',
  '/apis/kubegateway.kubevirt.io/v1beta1',
  '/version',
);
const scope = fc.constantFrom(
  '',
  '/namespaces/ns',
  '/namespaces/n',
  '/watch/namespaces/ns',
  '/proxy/namespaces/ns',
  '/namespaces',
);
const resource = fc.constantFrom(
  '',
  '/pods',
  '/secrets',
  '/serviceaccounts',
  '/virtualmachineinstances',
  '/services',
  '/roles',
);
const name = fc.constantFrom('', '/vm', '/vm2', '/v', '/secrets', '/token');
const below = fc.constantFrom(
  '',
  '/vnc',
  '/console',
  '/exec',
  '/attach',
  '/portforward',
  '/proxy',
  '/usbredir',
  '/vsock',
  '/token',
  '/log',
  '/status',
);
const deeper = fc.constantFrom('', '/22', '/screenshot', '/vnc', '/exec');
const path = fc.tuple(root, scope, resource, name, below, deeper).map((parts) => parts.join(''));

/** A path as written, or cut anywhere with a * after it. */
const url = fc
  .oneof(
    path,
    fc.tuple(path, fc.nat(200)).map(([text, at]) => `${text.slice(0, 1 + (at % text.length))}*`),
    fc.constant('*'),
  )
  .filter((text) => parsePattern(text).ok);
const verb = fc.constantFrom('get', 'GET', 'head', 'Post', 'put', 'patch', 'DELETE');
const written: fc.Arbitrary<Written> = fc.record({
  urls: fc.array(url, { minLength: 1, maxLength: 6 }),
  verbs: fc.array(verb, { minLength: 1, maxLength: 3 }),
  viewOnly: fc.boolean(),
});
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');

function allows(grant: Grant, method: string, target: string, upgrade = false): boolean {
  const parsed = parseRequest(method, target, '', upgrade);
  return parsed.ok && decide(grant, parsed.request).allow;
}

describe('decide', () => {
  it('allows what is written, and nothing else', () => {
    let allowed = 0;
    fc.assert(
      fc.property(written, method, path, fc.boolean(), (grant, verb_, target, upgrade) => {
        const allow = allows(parseGrant(grant), verb_, target, upgrade);
        expect(allow).toBe(meaning(grant, verb_, target, upgrade));
        if (allow) allowed++;
      }),
      { numRuns: 20_000 },
    );
    expect(allowed).toBeGreaterThan(1000); // else this proves little
  });

  it('security rows 1 and 5: is asked about canonical paths alone, as they were written', () => {
    fc.assert(
      fc.property(
        fc.string().map((text) => `/${text}`),
        (target) => {
          const parsed = parseRequest('GET', target);
          expect(parsed.ok).toBe(canonicalPath(target).ok);
          if (parsed.ok) expect(parsed.request.path).toBe(target);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('finds among many prefixes the one that matches', () => {
    const word = fc
      .string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 5 })
      .map((text) => `/x${text}`);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), word, (prefixes, target) => {
        const good = prefixes.filter((prefix) => parsePattern(`${prefix}*`).ok);
        fc.pre(good.length > 0 && canonicalPath(target).ok);
        const grant = parseGrant({ urls: good.map((prefix) => `${prefix}*`) });
        expect(allows(grant, 'GET', target)).toBe(good.some((prefix) => target.startsWith(prefix)));
      }),
      { numRuns: 5000 },
    );
  });
});
