import { describe, expect, it } from 'vitest';

import { type KubeObject } from '../types.js';
import { faults, objectOf, rule, schemaOf } from './fixture.js';
import { compileSchema } from './index.js';

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
    const schema = schemaOf({
      port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    });
    expect(faults(schema, { port: 80 })).toEqual([]);
    expect(faults(schema, { port: 'http' })).toEqual([]);
    expect(faults(schema, { port: true })[0]).toContain('must be of type integer,string: "boolean"');
  });

  it('takes null only where nullable', () => {
    expect(faults(schemaOf({ a: { type: 'string', nullable: true } }), { a: null })).toEqual([]);
    expect(faults(schemaOf({ a: { type: 'string' } }), { a: null })[0]).toContain('must be of type string: "null"');
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

  it('judges again only what an update changes', () => {
    const strict = schemaOf({ a: { type: 'string', enum: ['x'] }, b: { type: 'string', enum: ['x'] } });
    expect(faults(strict, { a: 'old', b: 'x' }, { a: 'old' })).toEqual([]);
    expect(faults(strict, { a: 'old', b: 'new' }, { a: 'old', b: 'x' })[0]).toContain(
      'spec.b: Unsupported value: "new"',
    );
    expect(faults(strict, { a: 'other' }, { a: 'old' })[0]).toContain('spec.a: Unsupported value: "other"');
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
  });

  it('drops what the schema does not know, and says so', () => {
    expect(compiled.prune(object).spec).toEqual({
      known: 'x',
      open: { any: { thing: 1 }, in: {} },
      map: { k: { a: 'x' } },
      list: [{ a: 'x' }],
    });
    expect(compiled.unknownFields(object)).toEqual(['spec.list[0].b', 'spec.map.k.b', 'spec.odd', 'spec.open.in.gone']);
  });

  it('drops from metadata what no kind has there', () => {
    const { metadata } = object;
    const odd = { ...object, metadata: { ...metadata, odd: 1, ownerReferences: [{ name: 'a', more: 1 }] } };
    expect(compiled.prune(odd as unknown as KubeObject).metadata).toEqual({
      ...metadata,
      ownerReferences: [{ name: 'a' }],
    });
    expect(compiled.unknownFields(odd as unknown as KubeObject)).toEqual(
      expect.arrayContaining(['metadata.odd', 'metadata.ownerReferences[0].more']),
    );
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
