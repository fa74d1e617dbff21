import { describe, expect, it } from 'vitest';

import { faults, PROPERTIES, rule, schemaOf } from '../fixture.js';

describe('rules', () => {
  it.each([
    ['self.a == "x"', { a: 'x' }],
    ['self.a.matches("^(/[a-z]+)*$")', { a: '/ab/cd' }],
    ['has(self.a) != has(self.u)', { a: 'x' }],
    ['!has(self.u) || self.u.all(p, p.startsWith("/") && p.size() <= 5)', { u: ['/a', '/b'] }],
    ['duration(self.a) > duration("0s")', { a: '1h30m' }],
    ['self.n + 1 == 4', { n: 3 }],
    ['self.b__dash__c == "q" && self.__namespace__ == "n"', { 'b-c': 'q', namespace: 'n' }],
    ['self.a.split(",").map(x, x.trim()).exists(x, x.lowerAscii() == "b")', { a: 'A, B' }],
    ['self.m["k"].v == 1 && "k" in self.m && self.m.all(k, k != "")', { m: { k: { v: 1 } } }],
    ['timestamp("2026-01-01T00:00:00Z") < self.t', { t: '2027-01-01T00:00:00Z' }],
    ['type(self.p) == int ? self.p < 5 : self.p == "http"', { p: 4 }],
    ['self.?a.orValue("none") == "none"', {}],
    ['self.u.filter(x, x != "/a").size() == 1 && self.u.join("-") == "/a-/b"', { u: ['/a', '/b'] }],
    ['self.a.replace("x", "y").find("y+") == "yy"', { a: 'axxb' }],
  ])('%s holds', (text, spec) => {
    expect(faults(schemaOf(PROPERTIES, rule(text)), spec)).toEqual([]);
  });

  it.each([
    ['self.a == "x"', {}, 'spec: Invalid value: "object": No such key: a evaluating rule: self.a == "x"'],
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
        messageExpression: '"a is " + self.a',
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
  });

  it('reads names at the root', () => {
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
