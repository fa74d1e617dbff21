import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type KubeObject } from '../types.js';
import { objectOf } from './fixture.js';
import { compileSchema } from './index.js';
import { type JsonSchema } from './json-schema.js';

const NAMES = ['a', 'b', 'c', 'toString', '__proto__', 'x-y'];
const name = fc.constantFrom(...NAMES);

const leaf: fc.Arbitrary<JsonSchema> = fc.oneof(
  fc.record({ type: fc.constant('string'), default: fc.string({ maxLength: 3 }) }, { requiredKeys: ['type'] }),
  fc.record(
    { type: fc.constant('integer'), default: fc.integer(), nullable: fc.boolean() },
    { requiredKeys: ['type'] },
  ),
  fc.constant({ 'x-kubernetes-int-or-string': true }),
  fc.constant({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
);

/** Structural schemas of up to three levels. */
const { node: schemas } = fc.letrec<{ node: JsonSchema }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ type: fc.constant('array'), items: tie('node') }),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('node') }),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc
          .uniqueArray(fc.tuple(name, tie('node')), { selector: ([key]) => key })
          .map((entries) => Object.fromEntries(entries)),
        default: fc.constant({}),
        'x-kubernetes-preserve-unknown-fields': fc.boolean(),
      },
      { requiredKeys: ['type', 'properties'] },
    ),
  ),
}));

/** Values that sometimes fit: the same few names, lists, nulls. */
const values = fc
  .anything({
    key: name,
    maxDepth: 4,
    maxKeys: 4,
    values: [fc.string({ maxLength: 3 }), fc.integer(), fc.boolean(), fc.constant(null)],
  })
  .map((value) => JSON.parse(JSON.stringify(value) ?? 'null') as unknown);

const compile = (spec: JsonSchema): ReturnType<typeof compileSchema> =>
  compileSchema({ type: 'object', properties: { spec } });

const each = (check: (schema: ReturnType<typeof compileSchema>, object: KubeObject, spec: JsonSchema) => void): void =>
  fc.assert(
    fc.property(schemas, values, (spec, value) => check(compile(spec), objectOf(value), spec)),
    { numRuns: 500 },
  );

describe('of any schema and value', () => {
  it('pruning twice is pruning once', () => {
    each((schema, object) => {
      const once = schema.prune(object);
      expect(schema.prune(once)).toEqual(once);
      expect(schema.unknownFields(once)).toEqual([]);
    });
  });

  it('pruning keeps what it keeps as it is, and changes nothing where no field is unknown', () => {
    each((schema, object) => {
      if (schema.unknownFields(object).length === 0) expect(schema.prune(object)).toEqual(object);
    });
  });

  it('defaulting twice is defaulting once', () => {
    each((schema, object) => {
      const once = schema.default(object);
      expect(schema.default(once)).toEqual(once);
    });
  });

  it('defaults survive pruning', () => {
    each((schema, object) => {
      const done = schema.default(schema.prune(object));
      expect(schema.prune(done)).toEqual(done);
    });
  });

  it('neither changes the object that it was given', () => {
    each((schema, object) => {
      const before = structuredClone(object);
      schema.default(schema.prune(object));
      schema.validate(object, object);
      expect(object).toEqual(before);
    });
  });

  it('validation always ends in causes', () => {
    each((schema, object) => {
      for (const cause of schema.validate(object)) expect(cause.message).toBeTruthy();
    });
  });
});
