import { describe, expect, it } from 'vitest';
import { mergePatch } from './merge.js';
import { strategicPatch } from './strategic.js';

describe('merge patch', () => {
  it('follows the examples of RFC 7386', () => {
    expect(mergePatch({ a: 'b' }, { a: 'c' })).toEqual({ a: 'c' });
    expect(mergePatch({ a: 'b', c: 1 }, { a: null })).toEqual({ c: 1 });
    expect(mergePatch({ a: { b: 'c' } }, { a: { b: 'd', c: null } })).toEqual({ a: { b: 'd' } });
    expect(mergePatch({ a: [1] }, { a: [2] })).toEqual({ a: [2] });
    expect(mergePatch({}, { a: { bb: { ccc: null } } })).toEqual({ a: { bb: {} } });
  });

  it('reaches no prototype', () => {
    mergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('strategic merge patch', () => {
  const pod = {
    spec: {
      containers: [
        { name: 'a', image: '1', env: [{ name: 'X', value: '1' }], args: ['x'] },
        { name: 'b', image: '2' },
      ],
    },
  };

  it('merges containers and their variables by name, replaces plain lists', () => {
    const patch = { spec: { containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }], args: ['y'] }] } };
    expect(strategicPatch(pod, patch)).toEqual({
      spec: {
        containers: [
          {
            name: 'a',
            image: '1',
            env: [
              { name: 'Y', value: '2' },
              { name: 'X', value: '1' },
            ],
            args: ['y'],
          },
          { name: 'b', image: '2' },
        ],
      },
    });
    expect(pod.spec.containers[0]?.args).toEqual(['x']);
  });

  it('deletes an item, replaces a list, orders one', () => {
    const names = (patch: object): unknown[] => {
      const { spec } = strategicPatch(pod, { spec: patch }) as { spec: { containers: { name: string }[] } };
      return spec.containers.map(({ name }) => name);
    };
    expect(names({ containers: [{ name: 'a', $patch: 'delete' }] })).toEqual(['b']);
    expect(names({ containers: [{ $patch: 'replace' }, { name: 'c' }] })).toEqual(['c']);
    const order = { '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }] };
    expect(names({ containers: [{ name: 'c' }], ...order })).toEqual(['c', 'b', 'a']);
  });

  it('tells ports apart by what they are', () => {
    const service = { spec: { ports: [{ port: 80, name: 'http' }] } };
    expect(strategicPatch(service, { spec: { ports: [{ port: 443, name: 'https' }] } })).toEqual({
      spec: {
        ports: [
          { port: 443, name: 'https' },
          { port: 80, name: 'http' },
        ],
      },
    });
  });

  it('merges sets of words, drops named words, retains keys', () => {
    const object = { metadata: { finalizers: ['a', 'b'] }, strategy: { type: 'RollingUpdate', rollingUpdate: {} } };
    expect(strategicPatch(object, { metadata: { finalizers: ['c'] } })['metadata']).toEqual({
      finalizers: ['c', 'a', 'b'],
    });
    expect(strategicPatch(object, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } })['metadata']).toEqual({
      finalizers: ['b'],
    });
    expect(strategicPatch(object, { strategy: { $retainKeys: ['type'], type: 'Recreate' } })['strategy']).toEqual({
      type: 'Recreate',
    });
  });
});
