import { describe, expect, it } from 'vitest';
import { crds, gateServerDefaults, gateTokenDefaults } from './index.js';
import { type Schema } from './schema.js';
import { nodes } from './testing/nodes.js';

const schemaOf = (crd: (typeof crds)[number]) =>
  crd.spec.versions[0]?.schema.openAPIV3Schema.properties as unknown as { spec: Schema; status: Schema };
/** Keywords that refuse nothing by themselves, or only another type, of which the API server names both. */
const SHAPE: ReadonlySet<string> = new Set([
  'type',
  'description',
  'default',
  'properties',
  'items',
  'additionalProperties',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
]);
/**
 * What the API server says of them is as good as a sentence of ours. `pattern` is none of them: it shows the regular
 * expression.
 */
const CLEAR: ReadonlyMap<string, string> = new Map([
  ['enum', 'Unsupported value: "x": supported values: "reader", "admin"'],
  ['format', 'must be of type int32'],
  ['minimum', 'should be greater than or equal to 0'],
  ['maximum', 'should be less than or equal to 100'],
  ['minItems', 'should have at least 1 items'],
  ['maxItems', 'Too many: 501: must have at most 500 items'],
  ['minLength', 'should be at least 1 chars long'],
  ['maxLength', 'Too long: may not be more than 253 bytes'],
  ['maxProperties', 'Too many: 65: must have at most 64 items'],
  ['required', 'Required value'],
]);

describe('the definitions', () => {
  it('have short names and the status subresource', () => {
    expect(crds.map((crd) => crd.spec.names.shortNames)).toEqual([['gs'], ['gt'], ['gsess']]);
    for (const crd of crds) expect(crd.spec.versions[0]?.subresources).toEqual({ status: {} });
  });

  it('describe every field', () => {
    const silent = nodes.filter(
      ([path, { description }]) => description === undefined && !/(verbs|urls|keys|conditions)\[\]$/.test(path),
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('bound what rules look at, so that Kubernetes can bound their cost', () => {
    const spec = nodes.filter(([path]) => path.startsWith('GateToken.spec'));
    for (const [path, node] of spec) {
      if (node.type === 'array') expect([path, node.maxItems]).toEqual([path, expect.any(Number)]);
      if (node.type === 'string' && node.enum === undefined)
        expect([path, node.maxLength]).toEqual([path, expect.any(Number)]);
      if (node.additionalProperties !== undefined)
        expect([path, node.maxProperties]).toEqual([path, expect.any(Number)]);
    }
  });

  it('have patterns that RE2 and JavaScript read alike', () => {
    const rules = nodes.flatMap(([path, node]) =>
      (node['x-kubernetes-validations'] ?? []).flatMap(({ rule }) =>
        [...rule.matchAll(/matches\(("(?:[^"\\]|\\.)*")\)/g)].map(([, text = '']) => [
          path,
          JSON.parse(text) as string,
        ]),
      ),
    );
    expect(rules.length).toBeGreaterThan(10);
    for (const [path, pattern = ''] of rules) {
      expect([path, /\(\?|\\[bBpPuk]|\\[1-9]/.test(pattern)]).toEqual([path, false]);
      expect(() => new RegExp(pattern, 'u')).not.toThrow();
    }
  });

  it('refuse in words: by keywords whose messages are clear, or by rules that say what is right, with an example', () => {
    for (const [path, node] of nodes) {
      const unclear = Object.keys(node).filter((keyword) => !SHAPE.has(keyword) && !CLEAR.has(keyword));
      expect([path, unclear]).toEqual([path, []]);
      // That of a date-time only says "must be of type date-time". The programs write the status, people the spec.
      if (path.includes('.spec')) expect([path, node.format ?? 'int32']).toEqual([path, 'int32']);
      const field = path.replace(/^[^.]*\./, '').replace('[]', '');
      for (const { rule, message } of node['x-kubernetes-validations'] ?? []) {
        expect(message.startsWith(field)).toBe(true);
        if (!rule.includes('oldSelf')) expect(message).toMatch(/such as |: write |: set either /);
      }
    }
  });

  it('have columns whose paths exist', () => {
    for (const crd of crds) {
      const { spec, status } = schemaOf(crd);
      for (const { jsonPath } of crd.spec.versions[0]?.additionalPrinterColumns ?? []) {
        const [, top = '', ...rest] = jsonPath.split('.');
        if (top === 'metadata') continue;
        let node: Schema | undefined = top === 'spec' ? spec : status;
        for (const name of rest) node = node?.properties?.[name];
        expect([jsonPath, node !== undefined]).toEqual([jsonPath, true]);
      }
    }
  });
});

describe('defaults', () => {
  it('fill in every field of a GateServer', () => {
    expect(gateServerDefaults({ route: 'gw.ns.example' })).toEqual({
      route: 'gw.ns.example',
      'api-url': 'https://kubernetes.default.svc',
      'admin-role': 'reader',
      'admin-resources': '',
      'public-urls': ['https://gw.ns.example'],
      replicas: 2,
      expose: 'auto',
      'trusted-hops': 1,
      'issuer-recheck': '60s',
      'key-rotation': '720h',
      'max-duration': '24h',
      'idle-timeout': '0s',
      'max-consoles': 1000,
      'drain-time': '30s',
      'token-retention': '168h',
      'store-tokens': true,
      'accept-unregistered': false,
      'frame-ancestors': [],
    });
  });

  it('keep what is written, falsy values too', () => {
    const spec = { route: 'gw.ns.example', replicas: 0, expose: 'none' as const, 'public-urls': ['https://a.b.c'] };
    expect(gateServerDefaults(spec)).toMatchObject({ ...spec, 'trusted-hops': 0 });
    expect(gateServerDefaults({ ...spec, 'trusted-hops': 3 })['trusted-hops']).toBe(3);
  });

  it('fill in a GateToken', () => {
    expect(gateTokenDefaults({ vm: 'vm', 'take-over': false })).toEqual({
      vm: 'vm',
      duration: '1h',
      verbs: ['get'],
      'secret-file': 'tls.key',
      'single-use': false,
      'take-over': false,
      'view-only': false,
      revoked: false,
    });
  });

  it('give every caller its own lists', () => {
    gateTokenDefaults({ vm: 'vm' }).verbs.push('delete');
    expect(gateTokenDefaults({ vm: 'vm' }).verbs).toEqual(['get']);
  });
});
