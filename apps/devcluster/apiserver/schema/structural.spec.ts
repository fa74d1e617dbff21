import { describe, expect, it } from 'vitest';

import { PROPERTIES, refusal, rule, schemaOf } from './fixture.js';

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
