import { describe, expect, it } from 'vitest';
import { type Kind, refusalsOf, refusalsOfObject, schemaOf } from './testing/refusals.js';
import { nodes } from './testing/nodes.js';

const PATH = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/vm/vnc';
const URL_OK = { urls: [PATH] };

describe('a GateToken that is refused by its schema', () => {
  it.each<[string, object]>([
    ['spec.urls', {}],
    ['spec.urls', { urls: [] }],
    ['spec.urls', { urls: Array.from({ length: 501 }, (_, i) => `/a${i}`) }],
    ['spec.urls', { urls: ['api/v1'] }],
    ['spec.urls', { urls: [''] }],
    ['spec.urls', { urls: ['https://host/api'] }],
    ['spec.urls', { urls: ['/a?b=c'] }],
    ['spec.urls', { urls: ['/a#b'] }],
    ['spec.urls', { urls: ['/a b'] }],
    ['spec.urls', { urls: ['/a*b'] }],
    ['spec.urls', { urls: ['**'] }],
    ['spec.urls', { urls: ['/a;b'] }],
    ['spec.urls', { urls: ['/a\\b'] }],
    ['spec.urls', { urls: ['/a\n'] }],
    ['spec.urls', { urls: ['//a'] }],
    ['spec.urls', { urls: ['/a//b'] }],
    ['spec.urls', { urls: ['/a/'] }],
    ['spec.urls', { urls: ['/a/./b'] }],
    ['spec.urls', { urls: ['/a/../b'] }],
    ['spec.urls', { urls: ['/a/..'] }],
    ['spec.urls', { urls: ['/a/..*'] }],
    ['spec.urls', { urls: ['/a/.*'] }],
    ['spec.urls', { urls: ['/a%2fb'] }],
    ['spec.urls', { urls: ['/a%2Fb'] }],
    ['spec.urls', { urls: ['/a%5cb'] }],
    ['spec.urls', { urls: ['/a%00'] }],
    ['spec.urls', { urls: ['/%2e%2e/a'] }],
    ['spec.urls', { urls: ['/secr%65ts'] }],
    ['spec.urls', { urls: ['/a%252f'] }],
    ['spec.urls', { urls: ['/a%'] }],
    ['spec.urls', { urls: ['/a%zz'] }],
    ['spec.urls', { urls: ['/'.padEnd(2049, 'a')] }],
    ['spec.urls', { urls: [PATH, 'x'] }],
    ['spec.vm', { vm: '' }],
    ['spec.vm', { vm: 'a/b' }],
    ['spec.vm', { vm: 'Vm' }],
    ['spec.verbs', { ...URL_OK, verbs: [] }],
    ['spec.verbs', { ...URL_OK, verbs: ['read'] }],
    ['spec.verbs', { ...URL_OK, verbs: ['get '] }],
    ['spec.verbs', { ...URL_OK, verbs: ['CONNECT'] }],
    ['spec.verbs', { ...URL_OK, verbs: 'get' }],
    ['spec.duration', { ...URL_OK, duration: '1d' }],
    ['spec.duration', { ...URL_OK, duration: '-1h' }],
    ['spec.duration', { ...URL_OK, duration: '0s' }],
    ['spec.duration', { ...URL_OK, duration: '0h0m' }],
    ['spec.duration', { ...URL_OK, duration: '' }],
    ['spec.duration', { ...URL_OK, duration: '1' }],
    ['spec.duration', { ...URL_OK, duration: 3600 }],
    ['spec.duration', { ...URL_OK, duration: '999ms' }],
    ['spec.duration', { ...URL_OK, duration: '87600h0.1s' }],
    ['spec.duration', { ...URL_OK, duration: '2562048h' }],
    ['spec.duration', { ...URL_OK, duration: '99999999999999999999h' }],
    ['spec.duration', { ...URL_OK, duration: '99999h'.repeat(10) }],
    ['spec.duration', { ...URL_OK, duration: '999999999s'.repeat(6) }],
    ['spec.from', { ...URL_OK, from: 'tomorrow' }],
    ['spec.from', { ...URL_OK, from: '2030-01-01' }],
    ['spec.from', { ...URL_OK, from: '' }],
    ['spec.from', { ...URL_OK, from: '9999-12-31T23:59:59Z' }],
    ['spec.from', { ...URL_OK, from: '0000-01-01T00:00:00+05:00' }],
    ['spec.from', { ...URL_OK, from: '2030-01-01T00:00:00+24:00' }],
    ['spec.from', { ...URL_OK, from: '2030-01-01T24:00:00Z' }],
    ['spec.from', { ...URL_OK, from: '2030-02-29T00:00:00Z' }],
    ['spec.from', { ...URL_OK, from: '2030-04-31T00:00:00Z' }],
    ['spec.from', { ...URL_OK, from: '2030-13-01T00:00:00Z' }],
    ['spec.from', { ...URL_OK, from: '0000-01-01T00:00:00Z' }],
    ['spec.from', { ...URL_OK, from: '2016-12-31T23:59:60Z' }],
    ['spec.link-hash', { ...URL_OK, 'link-hash': 'abc' }],
    ['spec.secret-name', { ...URL_OK, 'secret-name': 'A/B' }],
    ['spec.secret-file', { ...URL_OK, 'secret-file': '../key' }],
    ['spec.view-only', { ...URL_OK, 'view-only': 'yes' }],
    ['spec.description', { ...URL_OK, description: 'x'.repeat(1025) }],
  ])('%s: %j', (field, spec) => {
    const found = refusalsOf('GateToken', spec);
    expect(found).not.toEqual([]);
    for (const message of found) expect(message.split(/[ :]/)[0]?.startsWith(field)).toBe(true);
  });

  it.each<object>([
    URL_OK,
    { vm: 'vm' },
    { urls: ['*'] },
    { urls: ['/'] },
    { urls: ['/*', '/a*', '/a/*', '/a/..b', '/a/...', '/a.b/c', '/a%20b', '/system:node', '/a%3Ab'] },
    { urls: Array.from({ length: 32 }, (_, i) => `/${i}`.padEnd(2048, 'a')) },
    { urls: Array.from({ length: 500 }, (_, i) => `/a${i}`) },
    { ...URL_OK, verbs: ['get', 'GET', 'Head', 'pOST', 'put', 'patch', 'delete', 'options'] },
    { ...URL_OK, duration: '1h30m' },
    { ...URL_OK, duration: '0h90s' },
    { ...URL_OK, duration: '.5h' },
    { ...URL_OK, duration: '1h1.h1000ms1000000µs1000000us1000000000ns' },
    ...['87600h', '5256000m', '315360000s', '315360000000ms'].map((duration) => ({ ...URL_OK, duration })),
    { ...URL_OK, from: '2030-01-01T00:00:00Z' },
    { ...URL_OK, from: '2032-02-29t23:59:59-23:59' },
    { ...URL_OK, from: '9699-12-31T23:59:59Z' },
    { ...URL_OK, from: '2030-01-01T00:00:00.123+02:00' },
    { vm: 'vm', 'link-hash': 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0', 'single-use': true, 'take-over': false },
  ])('takes %j', (spec) => {
    expect(refusalsOf('GateToken', spec)).toEqual([]);
  });
});

describe('what is refused', () => {
  const vm = { vm: 'vm' };
  const server = { route: 'a.b.c', expose: 'auto' };
  const session = { vm: 'vm', kind: 'vnc', 'client-address': '::1', pod: 'p' };
  const tls = (issuer: object) => ({ ...server, tls: { 'issuer-ref': { name: 'a', ...issuer } } });
  const oidc = (fields: object, secret: object = {}) => ({
    ...server,
    oidc: { 'issuer-url': 'https://a', 'client-id': 'a', 'client-secret-ref': { name: 'a', ...secret }, ...fields },
  });
  const gateway = (fields: object) => ({ ...server, 'gateway-ref': { name: 'a', ...fields } });
  /** A bad value of each field that rules speak of, and a part of what is told. */
  const TABLE: [field: string, spec: object, told: string][] = [
    ['GateToken.spec', {}, 'such as vm: my-vm'],
    ['GateToken.spec.urls', { urls: Array<string>(33).fill('/'.padEnd(2000, 'a')) }, 'at most 65536 characters in all'],
    ['GateToken.spec.urls[]', { urls: ['api/v1/pods'] }, 'such as /api/v1/namespaces/my-namespace/pods'],
    ['GateToken.spec.urls[]', { urls: ['https://host/api/v1'] }, 'must be API paths without a query'],
    ['GateToken.spec.urls[]', { urls: ['%zz/../'] }, 'must be API paths without a query'],
    ['GateToken.spec.urls[]', { urls: [''] }, 'must be API paths without a query'],
    ['GateToken.spec.urls[]', { urls: ['/api/v1/pods?watch=true'] }, 'must be API paths without a query'],
    ['GateToken.spec.urls[]', { urls: ['/api/*/pods'] }, 'a * is allowed only at the end, such as /api/v1/*'],
    ['GateToken.spec.urls[]', { urls: ['/api/'] }, 'write /api/v1/pods, not /api//v1/pods/'],
    ['GateToken.spec.urls[]', { urls: ['/api%2'] }, 'such as %20 for a space'],
    ['GateToken.spec.urls[]', { urls: ['/api%2Dv1'] }, 'write /my-pod, not /my%2Dpod'],
    [
      'GateToken.spec.vm',
      { vm: 'A/b' },
      'the name of a virtual machine: lowercase letters, digits, hyphens and dots, such as my-vm',
    ],
    ['GateToken.spec.from', { ...vm, from: 'tomorrow' }, '2030-01-31T12:00:00Z'],
    [
      'GateToken.spec.duration',
      { ...vm, duration: '1d' },
      'from 1s to 87600h, such as 90s, 30m or 1h30m; write a day as 24h',
    ],
    ['GateToken.spec.duration', { ...vm, duration: '2562048h' }, 'from 1s to 87600h'],
    ['GateToken.spec.verbs[]', { ...vm, verbs: ['connect'] }, 'such as get'],
    ['GateToken.spec.secret-name', { ...vm, 'secret-name': 'A' }, 'such as gateserver-sample-jwt-secret'],
    ['GateToken.spec.secret-namespace', { ...vm, 'secret-namespace': 'a.b' }, 'such as my-namespace'],
    ['GateToken.spec.secret-file', { ...vm, 'secret-file': '/etc/key' }, 'such as tls.key'],
    ['GateToken.spec.link-hash', { ...vm, 'link-hash': 'abc' }, '43 characters without padding, such as '],
    ['GateServer.spec', { ...server, expose: 'httproute' }, 'such as gateway-ref: {name: my-gateway}'],
    ['GateServer.spec.route', { ...server, route: 'short' }, 'such as gate.apps.example.com'],
    ['GateServer.spec.route', { ...server, route: '1.2' }, 'not an IP address'],
    ['GateServer.spec.img', { ...server, img: '' }, 'such as registry.example.com/kube-gateway:1.0'],
    [
      'GateServer.spec.api-url',
      { ...server, 'api-url': 'https://a:65536' },
      'port of at most 65535, such as https://10.0.0.1:6443',
    ],
    [
      'GateServer.spec.admin-resources',
      { ...server, 'admin-resources': 'Pods' },
      'such as pods, virtualmachines.kubevirt.io',
    ],
    [
      'GateServer.spec.public-urls[]',
      { ...server, 'public-urls': ['https://a:65536'] },
      'ports of at most 65535, such as https://gate.example.com:8443',
    ],
    ['GateServer.spec.ingress-class', { ...server, 'ingress-class': 'A' }, 'such as nginx'],
    ['GateServer.spec.gateway-ref.name', gateway({ name: 'A' }), 'such as my-gateway'],
    ['GateServer.spec.gateway-ref.namespace', gateway({ namespace: '' }), 'such as my-namespace'],
    ['GateServer.spec.gateway-ref.section-name', gateway({ 'section-name': 'A' }), 'such as https'],
    ['GateServer.spec.tls', { ...server, tls: { 'secret-name': 'a', 'issuer-ref': { name: 'a' } } }, 'set either'],
    ['GateServer.spec.tls.secret-name', { ...server, tls: { 'secret-name': 'a b' } }, 'such as my-certificate'],
    ['GateServer.spec.tls.issuer-ref.name', tls({ name: 'A' }), 'such as letsencrypt'],
    ['GateServer.spec.tls.issuer-ref.group', tls({ group: '' }), 'such as cert-manager.io'],
    ['GateServer.spec.issuer-recheck', { ...server, 'issuer-recheck': '1d' }, 'from 0s to 87600h, such as 30s or 5m'],
    ['GateServer.spec.key-rotation', { ...server, 'key-rotation': '59m' }, 'from 1h to 87600h, such as 36h'],
    ['GateServer.spec.max-duration', { ...server, 'max-duration': '0s' }, 'from 1s to 87600h, such as 30m'],
    ['GateServer.spec.idle-timeout', { ...server, 'idle-timeout': '' }, 'such as 90s, 15m or 1h30m'],
    ['GateServer.spec.drain-time', { ...server, 'drain-time': '-1s' }, 'such as 30s or 2m'],
    ['GateServer.spec.token-retention', { ...server, 'token-retention': '87601h' }, 'such as 24h or 168h'],
    [
      'GateServer.spec.frame-ancestors[]',
      { ...server, 'frame-ancestors': ['*'] },
      'such as https://portal.example.com',
    ],
    ['GateServer.spec.web-app', { ...server, 'web-app': 'a' }, 'such as https://app.example.com/'],
    ['GateServer.spec.oidc.issuer-url', oidc({ 'issuer-url': 'http://a' }), 'such as https://login.example.com'],
    ['GateServer.spec.oidc.client-secret-ref.name', oidc({}, { name: 'A' }), 'such as my-oidc-client'],
    ['GateServer.spec.oidc.client-secret-ref.key', oidc({}, { key: '' }), 'such as client-secret'],
    ['GateServer.spec.oidc.scopes[]', oidc({ scopes: ['a b'] }), 'such as openid'],
    ['GateSession.spec.vm', { ...session, vm: 'A' }, 'such as my-vm'],
    ['GateSession.spec.namespace', { ...session, namespace: 'a.b' }, 'such as my-namespace'],
  ];

  it.each(TABLE)('is told in one sentence with an example of what is right: %s %j', (path, spec, told) => {
    const [kind = '', ...field] = path.replace('[]', '').split('.');
    const [said = '', ...more] = refusalsOf(kind as Kind, spec);
    expect(more).toEqual([]);
    expect(said.startsWith(field.join('.'))).toBe(true);
    expect(said).toContain(told);
    expect(said).not.toMatch(/[\\^]|pattern/);
  });

  it('is in this table, whatever rule refuses it', () => {
    const ruled = nodes.filter(([, node]) =>
      node['x-kubernetes-validations']?.some(({ rule }) => !rule.includes('oldSelf')),
    );
    expect(ruled.map(([path]) => path).sort()).toEqual([...new Set(TABLE.map(([path]) => path))].sort());
  });
});

describe('a GateToken is what it was when it was made', () => {
  const full = {
    urls: [PATH],
    vm: 'vm',
    from: '2030-01-01T00:00:00Z',
    duration: '1h',
    verbs: ['get'],
    'secret-name': 'a',
    'secret-namespace': 'ns',
    'secret-file': 'tls.key',
    'link-hash': 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0',
    'single-use': false,
    'take-over': true,
    'view-only': false,
    issuer: { username: 'ann', groups: ['g'], extra: { a: ['b'] } },
  };
  const other: Record<string, unknown> = {
    ...full,
    urls: [PATH, '/b'],
    vm: 'vm2',
    from: '2031-01-01T00:00:00Z',
    duration: '60m',
    verbs: ['get', 'put'],
    'secret-name': 'b',
    'secret-namespace': 'ns2',
    'secret-file': 'b',
    'link-hash': 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa1',
    'single-use': true,
    'take-over': false,
    'view-only': true,
    issuer: { username: 'ann', groups: ['g'], extra: { a: ['c'] } },
  };

  it.each(Object.keys(full))('%s cannot change, appear or vanish', (field) => {
    const { [field as keyof typeof full]: _, ...without } = full;
    const message = `spec.${field} is immutable: create a new GateToken`;
    expect(refusalsOf('GateToken', { ...full, [field]: other[field] }, full)).toEqual([message]);
    expect(refusalsOf('GateToken', without, full)).toEqual([message]);
    expect(refusalsOf('GateToken', full, without)).toEqual([message]);
  });

  it('has a rule for every field but the two that may change', () => {
    const fields = Object.keys(schemaOf('GateToken').properties?.['spec']?.properties ?? {});
    expect(fields.sort()).toEqual([...Object.keys(full), 'description', 'revoked'].sort());
  });

  it('may be described again', () => {
    expect(refusalsOf('GateToken', { ...full, description: 'a' }, full)).toEqual([]);
    expect(refusalsOf('GateToken', full, { ...full, description: 'a' })).toEqual([]);
  });

  it('may be revoked, never back', () => {
    const on = { ...full, revoked: true };
    const off = { ...full, revoked: false };
    expect(refusalsOf('GateToken', on, off)).toEqual([]);
    expect(refusalsOf('GateToken', on, full)).toEqual([]);
    expect(refusalsOf('GateToken', on, on)).toEqual([]);
    expect(refusalsOf('GateToken', off, on)).toEqual(['spec.revoked cannot be undone: create a new GateToken']);
    expect(refusalsOf('GateToken', full, on)).toEqual(['spec.revoked cannot be undone: create a new GateToken']);
  });
});

describe('a GateServer that is refused by its schema', () => {
  const ok = { route: 'gw.ns.example' };
  it.each<[string, object]>([
    ['spec', {}],
    ['spec.route', { route: 'example.org' }],
    ['spec.route', { route: 'https://gw.example.org' }],
    ['spec.route', { route: 'gw.example.org:443' }],
    ['spec.route', { route: 'gw..example.org' }],
    ['spec.route', { route: 'GW.example.org' }],
    ['spec.route', { route: '-a.example.org' }],
    ['spec.route', { route: '' }],
    ['spec.route', { route: '10.0.0.1' }],
    ['spec.route', { route: '10.0.1' }],
    ['spec.route', { route: 'gw.example.0x7f' }],
    ['spec.route', { route: 'gw.example.1' }],
    ['spec.admin-role', { ...ok, 'admin-role': 'root' }],
    ['spec.expose', { ...ok, expose: 'ftp' }],
    ['spec.gateway-ref', { ...ok, expose: 'httproute' }],
    ['spec.tls', { ...ok, tls: { 'secret-name': 'a', 'issuer-ref': { name: 'b' } } }],
    ['spec.api-url', { ...ok, 'api-url': 'http://10.0.0.1' }],
    ['spec.api-url', { ...ok, 'api-url': 'http://127.0.0.1.evil.org' }],
    ['spec.api-url', { ...ok, 'api-url': 'http://localhost@evil.org' }],
    ['spec.api-url', { ...ok, 'api-url': 'ftp://x' }],
    ['spec.public-urls', { ...ok, 'public-urls': [] }],
    ['spec.public-urls', { ...ok, 'public-urls': ['https://gw.example.org/'] }],
    ['spec.public-urls', { ...ok, 'public-urls': ['http://gw.example.org'] }],
    ['spec.public-urls', { ...ok, 'public-urls': ['null'] }],
    ['spec.public-urls', { ...ok, 'public-urls': ['https://gw.example.org:65536'] }],
    ['spec.public-urls', { ...ok, 'public-urls': ['http://localhost:99999'] }],
    ['spec.api-url', { ...ok, 'api-url': 'https://10.0.0.1:70000' }],
    ['spec.web-app', { ...ok, 'web-app': 'https://a.org:65540/' }],
    ['spec.frame-ancestors', { ...ok, 'frame-ancestors': ['https://a.org:66000'] }],
    ['spec.replicas', { ...ok, replicas: -1 }],
    ['spec.trusted-hops', { ...ok, 'trusted-hops': 17 }],
    ['spec.max-duration', { ...ok, 'max-duration': '0s' }],
    ['spec.key-rotation', { ...ok, 'key-rotation': '1d' }],
    ['spec.key-rotation', { ...ok, 'key-rotation': '0s' }],
    ['spec.key-rotation', { ...ok, 'key-rotation': '1ms' }],
    ['spec.key-rotation', { ...ok, 'key-rotation': '59m59.9s' }],
    ['spec.max-consoles', { ...ok, 'max-consoles': 0 }],
    ['spec.frame-ancestors', { ...ok, 'frame-ancestors': ["https://a.org; script-src 'unsafe-inline'"] }],
    ['spec.frame-ancestors', { ...ok, 'frame-ancestors': ['*'] }],
    ['spec.web-app', { ...ok, 'web-app': 'javascript:alert(1)' }],
    ['spec.oidc', { ...ok, oidc: { 'issuer-url': 'http://a', 'client-id': 'x', 'client-secret-ref': { name: 'y' } } }],
    ['spec.oidc', { ...ok, oidc: {} }],
  ])('%s: %j', (field, spec) => {
    const found = refusalsOf('GateServer', spec);
    expect(found).not.toEqual([]);
    for (const message of found) expect(message.split(/[ :]/)[0]?.startsWith(field)).toBe(true);
  });

  it.each<object>([
    ok,
    { ...ok, 'api-url': 'https://kubernetes.default.svc' },
    { ...ok, 'api-url': 'http://127.0.0.1:8001' },
    { ...ok, 'api-url': 'https://[fd00::1]:6443/base' },
    { ...ok, 'public-urls': ['https://gw.ns.example', 'http://localhost:8080', 'https://gw.localhost:8443'] },
    { ...ok, 'public-urls': ['1', '9999', '10000', '60000', '65535'].map((port) => `https://a.b.c:${port}`) },
    { ...ok, 'admin-resources': 'pods, virtualmachines.kubevirt.io/vnc,*' },
    { ...ok, expose: 'httproute', 'gateway-ref': { name: 'gw' } },
    { ...ok, 'issuer-recheck': '0s', 'idle-timeout': '15m' },
    { ...ok, 'key-rotation': '1h' },
    { ...ok, 'key-rotation': '59m60s' },
    { ...ok, 'frame-ancestors': ['https://*.example.org', 'https://a.org:8443'] },
  ])('takes %j', (spec) => {
    expect(refusalsOf('GateServer', { expose: 'auto', ...spec })).toEqual([]);
  });

  it('has a name from which its Service can be named', () => {
    const named = (name: string) =>
      refusalsOfObject('GateServer', { metadata: { name }, spec: { ...ok, expose: 'auto' } });
    expect(named('gateserver-sample')).toEqual([]);
    for (const name of ['a.b', '1a', 'x'.repeat(53)]) expect(named(name)[0]).toMatch(/^metadata.name/);
  });
});
