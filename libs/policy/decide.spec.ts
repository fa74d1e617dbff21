import { describe, expect, it } from 'vitest';
import { type GrantSource } from './grant.js';
import { opens } from './decide.js';
import { decide, parseGrant, parseRequest, requestTarget } from './index.js';

const NS = '/api/v1/namespaces/ns';
const VMI = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances';

interface More {
  method?: string;
  query?: string;
  upgrade?: boolean;
}

const ask = (source: GrantSource, path: string, { method = 'GET', query, upgrade }: More = {}) => {
  const parsed = parseRequest(method, path, query, upgrade);
  if (!parsed.ok) return 'malformed';
  const verdict = decide(parseGrant(source), parsed.request);
  return verdict.allow ? 'allow' : verdict.reason;
};
const asks = (url: string, path: string) => ask({ urls: [url] }, path);

describe('a URL without * means that path alone', () => {
  it.each([
    [`${NS}/pods/web`, 'allow'],
    [`${NS}/pods/web2`, 'path-not-granted'],
    [`${NS}/pods/web/log`, 'path-not-granted'],
    [`${NS}/pods`, 'path-not-granted'],
    ['/', 'path-not-granted'],
  ])('%s', (path, expected) => {
    expect(asks(`${NS}/pods/web`, path)).toBe(expected);
  });
});

describe('a * at the end means every suffix', () => {
  it.each([
    [`${VMI}/testvm*`, `${VMI}/testvm`, 'allow'],
    [`${VMI}/testvm*`, `${VMI}/testvm2/vnc`, 'allow'],
    [`${VMI}/testvm*`, `${VMI}/test`, 'path-not-granted'],
    [`${VMI}/testvm/*`, `${VMI}/testvm/vnc`, 'allow'],
    [`${VMI}/testvm/*`, `${VMI}/testvm2/vnc`, 'path-not-granted'],
    [`${VMI}/testvm/*`, `${VMI}/testvm`, 'path-not-granted'],
    ['*', '/version', 'allow'],
    ['*', '/', 'allow'],
    ['/*', `${NS}/pods`, 'allow'],
  ])('%s: %s is %s', (url, path, expected) => {
    expect(asks(url, path)).toBe(expected);
  });
});

describe('methods', () => {
  it.each([
    ['get', 'GET', 'allow'],
    ['Get', 'HEAD', 'allow'],
    ['get', 'POST', 'method-not-granted'],
    ['head', 'GET', 'method-not-granted'],
    ['post', 'POST', 'allow'],
    ['get', 'get', 'method-not-granted'],
    ['get', 'CONNECT', 'method-not-granted'],
  ])('%s: %s is %s', (verb, method, expected) => {
    expect(ask({ urls: [`${NS}/pods`], verbs: [verb] }, `${NS}/pods`, { method })).toBe(expected);
  });

  it.each([
    ['POST', '/apis/kubevirt.io/v1/watch/namespaces/ns/virtualmachines', ''],
    ['DELETE', '/apis/kubevirt.io/v1/watch/virtualmachines', ''],
    ['OPTIONS', `/api/v1/watch/namespaces/ns/pods/web`, ''],
    ['HEAD', `${NS}/pods`, 'watch=1'],
  ])('security row 14: a watch is a read, even by %s', (method, path, query) => {
    expect(ask({ urls: ['*'], verbs: [method] }, path, { method, query })).toBe('method-not-granted');
    expect(ask({ urls: ['*'], verbs: [method, 'get'] }, path, { method, query })).toBe('allow');
  });

  it('lets a GET on a collection list and watch', () => {
    expect(ask({ urls: [`${NS}/pods`] }, `${NS}/pods`, { query: 'watch=true' })).toBe('allow');
  });
});

describe('security row 1: a path that is not canonical is refused before it is matched', () => {
  it.each(['/api/../x', '/api//x', '/api%2fx', '/api;x', '/%', 'api', '/api/'])('%s', (path) => {
    expect(ask({ urls: ['*'] }, path)).toBe('malformed');
  });
});

describe('security row 2: * reaches no connect-type subresource', () => {
  const connect = [
    `${NS}/pods/web/exec`,
    `${NS}/pods/web/attach`,
    `${NS}/pods/web/portforward`,
    `${NS}/pods/web/proxy`,
    `${NS}/pods/web/proxy/a/b`,
    `${NS}/services/web/proxy/`.slice(0, -1),
    `/api/v1/nodes/n/proxy/pods`,
    `/api/v1/proxy/namespaces/ns/pods/web`,
    `${VMI}/vm/portforward/22`,
    `${VMI}/vm/portforward/22/tcp`,
    `${VMI}/vm/usbredir`,
    `${VMI}/vm/vsock`,
    `/apis/subresources.kubevirt.io/v1alpha3/namespaces/ns/virtualmachines/vm/portforward/22`,
  ];
  it.each(connect)('%s', (path) => {
    for (const urls of [['*'], [`${path}*`], [`${path.slice(0, -1)}*`]]) {
      for (const upgrade of [true, false]) expect(ask({ urls }, path, { upgrade })).toBe('needs-exact-url');
    }
    expect(ask({ urls: ['*', path] }, path, { upgrade: true })).toBe('allow');
  });
});

describe('security row 3: never secrets, tokens, roles or grants', () => {
  const never = [
    `${NS}/secrets`,
    `${NS}/secrets/s`,
    '/api/v1/secrets',
    '/api/v1/watch/secrets',
    '/api/v1/watch/namespaces/ns/secrets/s',
    `${NS}/serviceaccounts/sa/token`,
    '/apis/kubegateway.kubevirt.io/v1beta1/namespaces/ns/gatetokens',
    '/apis/kubegateway.kubevirt.io/v9/gateservers/x/status',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    '/apis/rbac.authorization.k8s.io/v1beta1/namespaces/ns/rolebindings/x',
    '/apis/authorization.openshift.io/v1/rolebindings',
    '/apis/oauth.openshift.io/v1/oauthaccesstokens',
  ];
  it.each(never)('%s', (path) => {
    for (const urls of [['*'], ['/*'], [path], [`${path}*`]]) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        for (const query of ['', 'watch=true']) {
          const verbs = [method];
          expect(ask({ urls, verbs }, path, { method, query })).toBe('never-granted');
        }
      }
    }
  });

  it.each([
    [`${NS}/configmaps/secrets`, 'allow'],
    [`/api/v1/namespaces/secrets`, 'allow'],
    [`${NS}/serviceaccounts/token`, 'allow'],
    [`${NS}/pods/web/token`, 'allow'],
    ['/apis/apps/v1/namespaces/ns/secrets', 'allow'],
    ['/apis/apps/v1/namespaces/ns/pipes/one/usbredir', 'allow'],
  ])('does not mistake a name for a kind: %s', (path, expected) => {
    expect(asks('*', path)).toBe(expected);
  });
});

describe('a refusal', () => {
  it.each<[string, GrantSource, string]>([
    ['No link can grant access to secrets, tokens, roles or links.', { urls: ['*'] }, '/api/v1/secrets'],
    ['This link does not allow this method.', { urls: ['*'], verbs: ['post'] }, '/version'],
    ['This link does not allow this path.', { urls: ['/version'] }, '/versions'],
    [
      'Only a URL without "*" can grant exec, attach, portforward, proxy, usbredir or vsock.',
      { urls: ['*'] },
      `${NS}/pods/web/exec`,
    ],
    ['This link is view only.', { urls: [`${NS}/pods/web/exec`], viewOnly: true }, `${NS}/pods/web/exec`],
  ])('says why: %s', (message, source, path) => {
    const parsed = parseRequest('GET', path);
    expect(parsed.ok && decide(parseGrant(source), parsed.request)).toMatchObject({ allow: false, message });
  });

  it('of a path that has two readings says why', () => {
    expect(parseRequest('GET', '/api//v1')).toEqual({
      ok: false,
      reason: 'empty-segment',
      message: 'The path contains an empty segment ("//" or a trailing "/").',
    });
  });
});

describe('what opens a websocket', () => {
  const opened = (viewOnly: boolean, path: string) => opens(parseGrant({ urls: ['*'], viewOnly }), path);
  it('is a console, for viewing only', () => {
    expect([opened(true, `${VMI}/vm/vnc`), opened(true, `${NS}/pods/web`), opened(true, '//')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(opened(false, `${NS}/pods/web`)).toBe(true);
  });
});

describe('the console of a request', () => {
  const of = (path: string) => {
    const parsed = parseRequest('GET', path);
    return parsed.ok && parsed.request.console;
  };
  it('is named by its path', () => {
    expect(of(`${VMI}/vm/vnc`)).toEqual({ namespace: 'ns', vm: 'vm', kind: 'vnc' });
    expect(of(`${VMI}/vm/console`)).toEqual({ namespace: 'ns', vm: 'vm', kind: 'serial' });
  });
  it.each([
    `${VMI}/vm/vnc/screenshot`,
    `${VMI}/vm/portforward`,
    `${VMI}/vm`,
    VMI.replace('instances', 's') + '/vm/vnc',
    VMI.replace('subresources.', '') + '/vm/vnc',
    '/apis/subresources.kubevirt.io/v1/virtualmachineinstances/vm/vnc',
  ])('is none at %s', (path) => {
    expect(of(path)).toBeUndefined();
  });
});

describe('the request that is sent on', () => {
  it.each([
    ['/api', '', '/api'],
    ['/api', 'a=1', '/api?a=1'],
  ])('%s with "%s" is %s', (path, query, expected) => {
    expect(requestTarget({ path, query })).toBe(expected);
  });
});

describe('security row 18: viewing only', () => {
  const view = (path: string, request: More = {}) =>
    ask({ urls: ['*', path], verbs: ['get', 'put', 'post', 'patch', 'delete'], viewOnly: true }, path, request);

  it.each(['vnc', 'console'])('%s of every version is a console', (kind) => {
    for (const version of ['v1', 'v1alpha3', 'v2']) {
      const path = `/apis/subresources.kubevirt.io/${version}/namespaces/ns/virtualmachineinstances/vm/${kind}`;
      expect(view(path, { upgrade: true })).toBe('allow');
    }
  });
  it.each([
    `${VMI}/vm/usbredir`,
    `${VMI}/vm/portforward/22`,
    `${VMI}/vm/vsock`,
    `${NS}/pods/web/exec`,
    `${NS}/pods/web/attach`,
  ])('refuses %s, written exactly', (path) => {
    expect(view(path, { upgrade: true })).toBe('view-only');
    expect(view(path)).toBe('view-only');
  });
  it.each(['PUT', 'POST', 'PATCH', 'DELETE'])('refuses %s', (method) => {
    expect(view(`${NS}/pods/web`, { method })).toBe('view-only');
  });
  it('reads and watches, and upgrades to nothing else', () => {
    expect(view(`${NS}/pods/web`, { method: 'HEAD' })).toBe('allow');
    expect(view(`${NS}/pods/web`)).toBe('allow');
    expect(view(`${NS}/pods`, { query: 'watch=1', upgrade: true })).toBe('allow');
    expect(view(`${NS}/pods/web`, { upgrade: true })).toBe('view-only');
    expect(view(`${VMI}/vm/vnc/screenshot`)).toBe('allow');
    expect(view(`${VMI}/vm/vnc/other`, { upgrade: true })).toBe('view-only');
  });
});
