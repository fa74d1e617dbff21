import { describe, expect, it } from 'vitest';

import { type KubeObject } from '../types.js';
import { compileSchema, SchemaError } from './index.js';

const VALIDATIONS = 'x-kubernetes-validations';

/** A resource whose spec has these properties. */
const schemaOf = (spec: Record<string, unknown>, more: Record<string, unknown> = {}): unknown => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: spec, ...more } },
});

const objectOf = (spec: unknown): KubeObject => ({
  apiVersion: 'g/v1',
  kind: 'K',
  metadata: { name: 'n', uid: '', resourceVersion: '', creationTimestamp: '' },
  spec: spec as Record<string, unknown>,
});

/** What a Status would say, one line a cause. */
function faults(schema: unknown, spec: unknown, old?: unknown): string[] {
  const compiled = compileSchema(schema);
  return compiled
    .validate(objectOf(spec), old === undefined ? undefined : objectOf(old))
    .map((cause) => `${cause.field}: ${cause.message}`);
}

function refusal(schema: unknown): string {
  try {
    compileSchema(schema);
  } catch (error) {
    if (error instanceof SchemaError) return error.message;
    throw error;
  }
  return '';
}

const rule = (text: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  [VALIDATIONS]: [{ rule: text, ...more }],
});

describe('values', () => {
  it.each([
    [
      { d: { type: 'string', pattern: '^[0-9]+h$' } },
      { d: '1d' },
      `spec.d: Invalid value: "1d": spec.d in body should match '^[0-9]+h$'`,
    ],
    [
      { u: { type: 'array', maxItems: 1, items: { type: 'string' } } },
      { u: ['a', 'b'] },
      'spec.u: Too many: 2: must have at most 1 item',
    ],
    [
      { u: { type: 'array', minItems: 1, items: { type: 'string' } } },
      { u: [] },
      'spec.u: Invalid value: 0: spec.u in body should have at least 1 items',
    ],
    [
      { r: { type: 'string', enum: ['a', 'b'] } },
      { r: 'x' },
      'spec.r: Unsupported value: "x": supported values: "a", "b"',
    ],
    [{ s: { type: 'string', maxLength: 3 } }, { s: 'long' }, 'spec.s: Too long: may not be more than 3 bytes'],
    [
      { s: { type: 'string', minLength: 3 } },
      { s: '' },
      'spec.s: Invalid value: "": spec.s in body should be at least 3 chars long',
    ],
    [
      { n: { type: 'integer', minimum: 1 } },
      { n: 0 },
      'spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1',
    ],
    [
      { n: { type: 'integer', maximum: 1 } },
      { n: 2 },
      'spec.n: Invalid value: 2: spec.n in body should be less than or equal to 1',
    ],
  ])('%j refuses %j', (spec, value, message) => {
    expect(faults(schemaOf(spec), value)).toContain(message);
  });

  it('says which type it wanted, and does not run rules then', () => {
    const schema = schemaOf({ x: { type: 'integer', ...rule('self > 0') } });
    expect(faults(schema, { x: 'a' })).toEqual([
      'spec.x: Invalid value: "string": spec.x in body must be of type integer: "string"',
      '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ]);
  });

  it('requires', () => {
    expect(faults(schemaOf({ route: { type: 'string' } }, { required: ['route'] }), {})[0]).toBe(
      'spec.route: Required value',
    );
  });

  it('checks formats', () => {
    const schema = schemaOf({ from: { type: 'string', format: 'date-time' } });
    expect(faults(schema, { from: '2026-01-01T00:00:00Z' })).toEqual([]);
    expect(faults(schema, { from: 'soon' })[0]).toBe(
      'spec.from: Invalid value: "soon": spec.from in body must be of type date-time: "soon"',
    );
  });

  it('takes integers and strings where both may stand', () => {
    const schema = schemaOf({ port: { 'x-kubernetes-int-or-string': true } });
    expect(faults(schema, { port: 80 })).toEqual([]);
    expect(faults(schema, { port: 'http' })).toEqual([]);
    expect(faults(schema, { port: true })[0]).toContain('must be of type integer,string: "boolean"');
  });

  it('takes null only where nullable', () => {
    expect(faults(schemaOf({ a: { type: 'string', nullable: true } }), { a: null })).toEqual([]);
    expect(faults(schemaOf({ a: { type: 'string' } }), { a: null })[0]).toContain('must be of type string: "null"');
  });

  it('knows oneOf', () => {
    const schema = schemaOf(
      { a: { type: 'string' }, b: { type: 'string' } },
      { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    );
    expect(faults(schema, { a: 'x' })).toEqual([]);
    expect(faults(schema, { a: 'x', b: 'y' })[0]).toContain(
      '"spec" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    );
  });

  it('finds duplicates in sets and maps', () => {
    const schema = schemaOf({
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      map: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: { type: 'object', properties: { name: { type: 'string' } } },
      },
    });
    expect(faults(schema, { set: ['a', 'b', 'a', 'a'], map: [{ name: 'x' }, { name: 'x' }] })).toEqual([
      'spec.set[2]: Duplicate value: "a"',
      'spec.map[1]: Duplicate value: {"name":"x"}',
    ]);
  });

  it('reads patterns as RE2: linear in time', () => {
    const schema = schemaOf({ s: { type: 'string', pattern: '^(a+)+$' } });
    const start = performance.now();
    expect(faults(schema, { s: `${'a'.repeat(5000)}b` })).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('pruning', () => {
  const compiled = compileSchema({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          known: { type: 'string' },
          open: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
            properties: { in: { type: 'object', properties: {} } },
          },
          map: { type: 'object', additionalProperties: { type: 'object', properties: { a: { type: 'string' } } } },
          list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
          embedded: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            properties: { spec: { type: 'object' } },
          },
        },
      },
    },
  });
  const object = objectOf({
    known: 'x',
    odd: 1,
    open: { any: { thing: 1 }, in: { gone: 1 } },
    map: { k: { a: 'x', b: 'y' } },
    list: [{ a: 'x', b: 'y' }],
    embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, extra: 1, spec: {} },
  });

  it('drops what the schema does not know, and says so', () => {
    expect(compiled.prune(object).spec).toEqual({
      known: 'x',
      open: { any: { thing: 1 }, in: {} },
      map: { k: { a: 'x' } },
      list: [{ a: 'x' }],
      embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: {} },
    });
    expect(compiled.unknownFields(object)).toEqual([
      'spec.embedded.extra',
      'spec.list[0].b',
      'spec.map.k.b',
      'spec.odd',
      'spec.open.in.gone',
    ]);
  });

  it('keeps metadata and the object that it was given', () => {
    expect(compiled.prune(object).metadata).toEqual(object.metadata);
    expect(object.spec?.['odd']).toBe(1);
  });

  it('finds no schema in the names of Object.prototype', () => {
    expect(compiled.unknownFields(objectOf({ constructor: 1, toString: 2 }))).toEqual([
      'spec.constructor',
      'spec.toString',
    ]);
  });
});

describe('defaults', () => {
  const compiled = compileSchema(
    schemaOf({
      a: { type: 'string', default: 'x' },
      nested: { type: 'object', properties: { b: { type: 'integer', default: 1 } } },
      filled: { type: 'object', default: {}, properties: { c: { type: 'boolean', default: true } } },
      list: { type: 'array', items: { type: 'object', properties: { d: { type: 'string', default: 'y' } } } },
      plain: { type: 'string' },
      nullable: { type: 'string', nullable: true, default: 'z' },
    }),
  );

  it('sets them where the parent exists', () => {
    expect(compiled.default(objectOf({})).spec).toEqual({ a: 'x', filled: { c: true }, nullable: 'z' });
    expect(compiled.default(objectOf({ nested: {}, list: [{}] })).spec).toMatchObject({
      nested: { b: 1 },
      list: [{ d: 'y' }],
    });
    expect(compiled.default({ ...objectOf({}), spec: undefined } as unknown as KubeObject).spec).toBeUndefined();
  });

  it('replaces or drops a null that may not be', () => {
    expect(compiled.default(objectOf({ a: null, plain: null, nullable: null })).spec).toEqual({
      a: 'x',
      nullable: null,
      filled: { c: true },
    });
  });
});

describe('rules', () => {
  it.each([
    ['self.a == "x"', { a: 'x' }],
    ['self.a.matches("^(/[a-z]+)*$")', { a: '/ab/cd' }],
    ['has(self.a) != has(self.u)', { a: 'x' }],
    ['!has(self.u) || self.u.all(p, p.startsWith("/") && p.size() <= 5)', { u: ['/a', '/b'] }],
    ['duration(self.a) > duration("0s")', { a: '1h30m' }],
    ['isURL(self.a) && url(self.a).getScheme() in ["http", "https"]', { a: 'https://x.y:1/z' }],
    ['self.n + 1 == 4', { n: 3 }],
    ['self.b__dash__c == "q" && self.__namespace__ == "n"', { 'b-c': 'q', namespace: 'n' }],
    ['self.a.split(",").map(x, x.trim()).exists(x, x.lowerAscii() == "b")', { a: 'A, B' }],
    ['self.set == ["b", "a"] || self.set.size() == 2', { set: ['a', 'b'] }],
    ['self.m["k"].v == 1 && "k" in self.m && self.m.all(k, k != "")', { m: { k: { v: 1 } } }],
    ['timestamp("2026-01-01T00:00:00Z") < self.t', { t: '2027-01-01T00:00:00Z' }],
    ['type(self.p) == int ? self.p < 5 : self.p == "http"', { p: 4 }],
    ['self.?a.orValue("none") == "none"', {}],
    ['sets.contains(self.u, ["/a"]) && self.u.isSorted() && self.u.indexOf("/b") == 1', { u: ['/a', '/b'] }],
    ['self.u.filter(x, x != "/a").size() == 1 && self.u.join("-") == "/a-/b"', { u: ['/a', '/b'] }],
    ['self.a.replace("x", "y").find("y+") == "yy"', { a: 'axxb' }],
  ])('%s holds', (text, spec) => {
    expect(faults(schemaOf(PROPERTIES, rule(text)), spec)).toEqual([]);
  });

  it.each([
    ['self.a == "x"', {}, 'spec: Invalid value: "object": no such key: a evaluating rule: self.a == "x"'],
    [
      'self.u[3] == "x"',
      { u: [] },
      'spec: Invalid value: "object": index out of bounds: 3 evaluating rule: self.u[3] == "x"',
    ],
    ['self.n / 0 == 1', { n: 1 }, 'spec: Invalid value: "object": division by zero evaluating rule: self.n / 0 == 1'],
    ['self.a == "x"', { a: 'y' }, 'spec: Invalid value: failed rule: self.a == "x"'],
  ])('%s fails on %j', (text, spec, message) => {
    expect(faults(schemaOf(PROPERTIES, rule(text)), spec)).toEqual([message]);
  });

  it('shows the value of a scalar, and the message, path and reason of the rule', () => {
    expect(
      faults(schemaOf({ a: { type: 'string', ...rule('self != "x"', { message: 'no x' }) } }), { a: 'x' }),
    ).toEqual(['spec.a: Invalid value: "x": no x']);
    const schema = schemaOf(
      PROPERTIES,
      rule('self.a == "x"', {
        messageExpression: '"a is %s".format([self.a])',
        reason: 'FieldValueForbidden',
        fieldPath: '.a',
      }),
    );
    expect(faults(schema, { a: 'y' })).toEqual(['spec.a: Forbidden: a is y']);
  });

  it('runs transition rules on updates alone', () => {
    const schema = schemaOf({ a: { type: 'string', ...rule('self == oldSelf', { message: 'is immutable' }) } });
    expect(faults(schema, { a: 'x' })).toEqual([]);
    expect(faults(schema, { a: 'x' }, { a: 'x' })).toEqual([]);
    expect(faults(schema, { a: 'y' }, { a: 'x' })).toEqual(['spec.a: Invalid value: "y": is immutable']);
    expect(faults(schema, { a: 'y' }, {})).toEqual([]);
  });

  it('lets a spec-level rule catch adding and removing', () => {
    const schema = schemaOf(
      PROPERTIES,
      rule('has(self.a) == has(oldSelf.a) && (!has(self.a) || self.a == oldSelf.a)', { message: 'a is immutable' }),
    );
    expect(faults(schema, {}, { a: 'x' })).toEqual(['spec: Invalid value: a is immutable']);
    expect(faults(schema, { a: 'x' }, {})).toEqual(['spec: Invalid value: a is immutable']);
    expect(faults(schema, { a: 'x' }, { a: 'x' })).toEqual([]);
  });

  it('compares objects, lists and maps with their former selves', () => {
    const schema = schemaOf({ o: { type: 'object', properties: PROPERTIES, ...rule('self == oldSelf') } });
    const o = { a: 'x', u: ['/a'], m: { k: { v: 1 } }, n: 2 };
    expect(faults(schema, { o }, { o: structuredClone(o) })).toEqual([]);
    expect(faults(schema, { o: { ...o, m: { k: { v: 2 } } } }, { o })).toHaveLength(1);
  });

  it('correlates the elements of map lists by key', () => {
    const list = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, v: { type: 'integer', ...rule('self >= oldSelf') } },
      },
    };
    const schema = schemaOf({ list });
    expect(
      faults(
        schema,
        {
          list: [
            { name: 'b', v: 5 },
            { name: 'a', v: 1 },
          ],
        },
        {
          list: [
            { name: 'a', v: 1 },
            { name: 'b', v: 5 },
          ],
        },
      ),
    ).toEqual([]);
    expect(
      faults(
        schema,
        { list: [{ name: 'b', v: 4 }] },
        {
          list: [
            { name: 'a', v: 1 },
            { name: 'b', v: 5 },
          ],
        },
      ),
    ).toEqual(['spec.list[0].v: Invalid value: 4: failed rule: self >= oldSelf']);
    const whole = schemaOf({ list: { ...list, ...rule('self == oldSelf') } });
    expect(faults(whole, { list: [{ name: 'b' }, { name: 'a' }] }, { list: [{ name: 'a' }, { name: 'b' }] })).toEqual(
      [],
    );
  });

  it('has oldSelf optional where asked', () => {
    const schema = schemaOf({
      a: { type: 'string', ...rule('!oldSelf.hasValue() || oldSelf.value() == self', { optionalOldSelf: true }) },
    });
    expect(faults(schema, { a: 'x' })).toEqual([]);
    expect(faults(schema, { a: 'x' }, { a: 'y' })).toHaveLength(1);
  });

  it('reads names at the root, and inside embedded resources', () => {
    const schema = {
      ...(schemaOf(PROPERTIES) as object),
      ...rule('self.metadata.name.startsWith("n") && self.kind == "K"'),
    };
    expect(faults(schema, {})).toEqual([]);
  });

  it('forgives what was stored before the rule', () => {
    const schema = schemaOf({ a: { type: 'string', ...rule('self == "new"') } });
    expect(faults(schema, { a: 'old' }, { a: 'old' })).toEqual([]);
    expect(faults(schema, { a: 'odd' }, { a: 'old' })).toHaveLength(1);
  });
});

const PROPERTIES = {
  a: { type: 'string' },
  'b-c': { type: 'string' },
  namespace: { type: 'string' },
  n: { type: 'integer' },
  t: { type: 'string', format: 'date-time' },
  p: { 'x-kubernetes-int-or-string': true },
  u: { type: 'array', items: { type: 'string' } },
  set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
  m: { type: 'object', additionalProperties: { type: 'object', properties: { v: { type: 'integer' } } } },
};

describe('schemas that Kubernetes refuses', () => {
  it.each([
    [{ type: 'string' }, 'must be object at the root'],
    [{}, 'must not be empty at the root'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, 'must not be used at the root'],
    [schemaOf({ a: {} }), 'properties[a].type: Required value: must not be empty for specified object fields'],
    [schemaOf({ a: { type: 'array' } }), 'properties[a].items: Required value: must be specified'],
    [schemaOf({ a: { type: 'string', pattern: '(' } }), 'must be a valid regular expression'],
    [
      schemaOf({ a: { type: 'string', anyOf: [{ type: 'string' }] } }),
      'anyOf[0].type: Forbidden: must be empty to be structural',
    ],
    [schemaOf({ a: { type: 'object', additionalProperties: false } }), 'additionalProperties cannot be set to false'],
    [
      schemaOf({ a: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' } }),
      'x-kubernetes-list-map-keys',
    ],
    [schemaOf(PROPERTIES, rule('self.zz == 1')), "undefined field 'zz'"],
    [schemaOf(PROPERTIES, rule('self.a + 1 == 2')), 'no such overload'],
    [schemaOf(PROPERTIES, rule('self.a ==')), 'compilation failed: ERROR: <input>:1:10'],
    [schemaOf(PROPERTIES, rule('self.a')), 'cel expression must evaluate to a bool'],
    [schemaOf(PROPERTIES, rule(' ')), 'rule is not specified'],
    [schemaOf(PROPERTIES, rule('true', { reason: 'Odd' })), 'Unsupported value: "Odd"'],
    [schemaOf(PROPERTIES, rule('true', { fieldPath: '.zz' })), 'fieldPath must be a valid path'],
    [schemaOf(PROPERTIES, rule('true', { optionalOldSelf: true })), 'may not be set if oldSelf is not used in rule'],
    [schemaOf({ l: { type: 'array', items: { type: 'string', ...rule('self == oldSelf') } } }), 'uncorrelatable'],
  ])('%j', (schema, message) => {
    expect(refusal(schema)).toContain(message);
  });
});
