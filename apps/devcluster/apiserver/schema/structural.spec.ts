import { describe, expect, it } from 'vitest';

import { PROPERTIES, refusal, rule, schemaOf } from './fixture.js';

describe('schemas that are refused', () => {
  it.each([
    [{ type: 'string' }, 'must be object at the root'],
    [{}, 'type: Required value: must not be empty'],
    [schemaOf({ a: {} }), 'properties[a].type: Required value: must not be empty'],
    [schemaOf({ a: { type: 'list' } }), 'properties[a].type: Unsupported value: "list"'],
    [schemaOf({ a: { type: 'array' } }), 'properties[a].items: Required value: must be specified'],
    [schemaOf({ a: { type: 'string', pattern: '(' } }), 'must be a valid regular expression'],
    [
      schemaOf({ a: { type: 'string', anyOf: [{ pattern: 'a' }] } }),
      'anyOf: Forbidden: not served by the embedded cluster',
    ],
    [schemaOf({ a: { type: 'integer', multipleOf: 2 } }), 'multipleOf: Forbidden: not served'],
    [
      schemaOf({ a: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' } }),
      'x-kubernetes-list-map-keys',
    ],
    [schemaOf(PROPERTIES, rule('self.zz == 1')), 'compilation failed: 1:6: No such key: zz'],
    [schemaOf(PROPERTIES, rule('self.a + 1 == 2')), 'no such overload'],
    [schemaOf(PROPERTIES, rule('self.a ==')), 'compilation failed: 1:10'],
    [schemaOf(PROPERTIES, rule('self.a')), 'the expression must evaluate to a bool'],
  ])('%j', (schema, message) => {
    expect(refusal(schema)).toContain(message);
  });
});
