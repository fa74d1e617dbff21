import { evaluate } from '@marcbachmann/cel-js';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { crds } from './index.js';
import { type Schema, type Validation } from './schema.js';

type Kind = 'GateServer' | 'GateToken' | 'GateSession';
type Node = Partial<Schema>;

const ajv = new Ajv({ strict: false, allErrors: true });
(addFormats as unknown as (to: Ajv) => void)(ajv);
const schemas = new Map(
  crds.map((crd) => [crd.spec.names.kind as Kind, crd.spec.versions[0]?.schema.openAPIV3Schema as Node]),
);
const root = (kind: Kind): Node => schemas.get(kind) ?? expect.unreachable();

/** What Kubernetes escapes in the names of fields. */
const celName = (name: string) => name.replaceAll('-', '__dash__');
function celValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [celName(name), celValue(of)]));
}

/** Messages of the rules that are broken; rules about changes are asked only where there was an object before. */
function broken(node: Node, value: unknown, old?: unknown): string[] {
  const found = (node['x-kubernetes-validations'] ?? []).filter(({ rule }: Validation) =>
    rule.includes('oldSelf')
      ? old !== undefined && evaluate(rule, { self: celValue(value), oldSelf: celValue(old) }) !== true
      : evaluate(rule, { self: celValue(value) }) !== true,
  );
  const messages = found.map(({ message }) => message);
  if (Array.isArray(value)) return [...messages, ...value.flatMap((item) => broken(node.items ?? {}, item))];
  if (typeof value !== 'object' || value === null) return messages;
  const before = old as Record<string, unknown> | undefined;
  return [
    ...messages,
    ...Object.entries(value).flatMap(([name, of]) => broken(node.properties?.[name] ?? {}, of, before?.[name])),
  ];
}

/** As the API server: the schema first, its rules only where the schema holds. */
function refusals(kind: Kind, spec: unknown, old?: unknown): string[] {
  const object = { metadata: { name: 'x' }, spec };
  const validate = ajv.compile(root(kind));
  if (!validate(object))
    return (validate.errors ?? []).map((e) => `${e.instancePath.slice(1).replaceAll('/', '.')} ${e.message}`);
  return broken(root(kind), object, old === undefined ? undefined : { metadata: { name: 'x' }, spec: old });
}

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
    ['spec.link-hash', { ...URL_OK, 'link-hash': 'abc' }],
    ['spec.secret-name', { ...URL_OK, 'secret-name': 'A/B' }],
    ['spec.secret-file', { ...URL_OK, 'secret-file': '../key' }],
    ['spec.view-only', { ...URL_OK, 'view-only': 'yes' }],
    ['spec.description', { ...URL_OK, description: 'x'.repeat(1025) }],
  ])('%s: %j', (field, spec) => {
    const found = refusals('GateToken', spec);
    expect(found).not.toEqual([]);
    for (const message of found) expect(message.split(/[ :]/)[0]?.startsWith(field)).toBe(true);
  });

  it.each<object>([
    URL_OK,
    { vm: 'vm' },
    { urls: ['*'] },
    { urls: ['/'] },
    { urls: ['/*', '/a*', '/a/*', '/a/..b', '/a/...', '/a.b/c', '/a%20b', '/system:node', '/a%3Ab'] },
    { urls: ['/'.padEnd(2048, 'a')] },
    { urls: Array.from({ length: 500 }, (_, i) => `/a${i}`) },
    { ...URL_OK, verbs: ['get', 'GET', 'Head', 'pOST', 'put', 'patch', 'delete', 'options'] },
    { ...URL_OK, duration: '1h30m' },
    { ...URL_OK, duration: '0h90s' },
    { ...URL_OK, duration: '.5h' },
    { ...URL_OK, from: '2030-01-01T00:00:00Z' },
    { ...URL_OK, from: '2032-02-29t23:59:59-23:59' },
    { ...URL_OK, from: '9699-12-31T23:59:59Z' },
    { ...URL_OK, from: '2030-01-01T00:00:00.123+02:00' },
    { vm: 'vm', 'link-hash': 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0', 'single-use': true, 'take-over': false },
  ])('takes %j', (spec) => {
    expect(refusals('GateToken', spec)).toEqual([]);
  });
});

describe('what is refused', () => {
  it.each<[Kind, object, string]>([
    ['GateToken', { vm: 'vm', duration: '1d' }, '90s, 30m or 1h30m'],
    ['GateToken', { vm: 'vm', from: 'tomorrow' }, '2030-01-31T12:00:00Z'],
    ['GateToken', { vm: 'vm', verbs: ['connect'] }, 'such as get'],
    ['GateToken', { vm: 'a/b' }, 'such as my-vm'],
    ['GateServer', { route: 'short', expose: 'auto' }, 'such as gate.apps.example.com'],
    ['GateServer', { route: 'a.b.c', expose: 'auto', 'key-rotation': '1d' }, 'such as 36h'],
    ['GateServer', { route: 'a.b.c', expose: 'auto', 'idle-timeout': '1d' }, 'such as 90s'],
  ])('is told in words with an example of what is right: %s %j', (kind, spec, example) => {
    const [said = '', ...more] = refusals(kind, spec);
    expect(more).toEqual([]);
    expect(said).toContain(example);
    expect(said).not.toMatch(/[\\^]|pattern/);
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
    expect(refusals('GateToken', { ...full, [field]: other[field] }, full)).toEqual([message]);
    expect(refusals('GateToken', without, full)).toEqual([message]);
    expect(refusals('GateToken', full, without)).toEqual([message]);
  });

  it('has a rule for every field but the two that may change', () => {
    const fields = Object.keys(root('GateToken').properties?.['spec']?.properties ?? {});
    expect(fields.sort()).toEqual([...Object.keys(full), 'description', 'revoked'].sort());
  });

  it('may be described again', () => {
    expect(refusals('GateToken', { ...full, description: 'a' }, full)).toEqual([]);
    expect(refusals('GateToken', full, { ...full, description: 'a' })).toEqual([]);
  });

  it('may be revoked, never back', () => {
    const on = { ...full, revoked: true };
    const off = { ...full, revoked: false };
    expect(refusals('GateToken', on, off)).toEqual([]);
    expect(refusals('GateToken', on, full)).toEqual([]);
    expect(refusals('GateToken', on, on)).toEqual([]);
    expect(refusals('GateToken', off, on)).toEqual(['spec.revoked cannot be undone: create a new GateToken']);
    expect(refusals('GateToken', full, on)).toEqual(['spec.revoked cannot be undone: create a new GateToken']);
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
    const found = refusals('GateServer', spec);
    expect(found).not.toEqual([]);
    for (const message of found) expect(message.split(/[ :]/)[0]?.startsWith(field)).toBe(true);
  });

  it.each<object>([
    ok,
    { ...ok, 'api-url': 'https://kubernetes.default.svc' },
    { ...ok, 'api-url': 'http://127.0.0.1:8001' },
    { ...ok, 'api-url': 'https://[fd00::1]:6443/base' },
    { ...ok, 'public-urls': ['https://gw.ns.example', 'http://localhost:8080', 'https://gw.localhost:8443'] },
    { ...ok, 'admin-resources': 'pods, virtualmachines.kubevirt.io/vnc,*' },
    { ...ok, expose: 'httproute', 'gateway-ref': { name: 'gw' } },
    { ...ok, 'issuer-recheck': '0s', 'idle-timeout': '15m' },
    { ...ok, 'key-rotation': '1h' },
    { ...ok, 'key-rotation': '59m60s' },
    { ...ok, 'frame-ancestors': ['https://*.example.org', 'https://a.org:8443'] },
  ])('takes %j', (spec) => {
    expect(refusals('GateServer', { expose: 'auto', ...spec })).toEqual([]);
  });

  it('has a name from which its Service can be named', () => {
    const named = (name: string) => broken(root('GateServer'), { metadata: { name }, spec: { ...ok, expose: 'auto' } });
    expect(named('gateserver-sample')).toEqual([]);
    for (const name of ['a.b', '1a', 'x'.repeat(53)]) expect(named(name)[0]).toMatch(/^metadata.name/);
  });
});
