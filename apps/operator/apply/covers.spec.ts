import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers } from './covers.js';

describe('covers', () => {
  it.each<[unknown, unknown]>([
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: [{ b: 1, added: true }] }, { a: [{ b: 1 }] }],
    [{}, { a: {} }],
    [{}, { a: [] }],
    [{}, { a: '' }],
  ])('%j holds %j', (live, wanted) => expect(covers(live, wanted)).toBe(true));

  it.each<[unknown, unknown]>([
    [{ a: 2 }, { a: 1 }],
    [{}, { a: 1 }],
    [{}, { a: false }],
    [{ a: [1, 2] }, { a: [1] }],
    [{ a: [2, 1] }, { a: [1, 2] }],
    [{ a: 'x' }, { a: { b: 1 } }],
    [undefined, { a: 1 }],
    // A list and a map of one owner: what another manager adds there changes what they say.
    [{ rules: [{ verbs: ['get', '*'] }] }, { rules: [{ verbs: ['get'] }] }],
    [{ rules: [{ verbs: ['get'] }, { verbs: ['*'] }] }, { rules: [{ verbs: ['get'] }] }],
    [{ spec: { selector: { app: 'a', other: 'b' } } }, { spec: { selector: { app: 'a' } } }],
    [
      { spec: { podSelector: { matchLabels: { app: 'a', other: 'b' } } } },
      { spec: { podSelector: { matchLabels: { app: 'a' } } } },
    ],
  ])('%j does not hold %j', (live, wanted) => expect(covers(live, wanted)).toBe(false));

  type Entry = Record<string, string | number>;
  const pod = (more: object, container: object = {}) => ({
    spec: { template: { spec: { containers: [{ name: 'gateway', ...container }], ...more } } },
  });
  const LISTS: [string, (list: Entry[]) => object, Entry, Entry][] = [
    [
      'owners',
      (ownerReferences) => ({ metadata: { ownerReferences } }),
      { uid: 'a', name: 'gs' },
      { uid: 'b', name: 'x' },
    ],
    [
      'ports of a Service',
      (ports) => ({ spec: { ports } }),
      { port: 80, protocol: 'TCP' },
      { port: 80, protocol: 'UDP' },
    ],
    [
      'containers',
      (containers) => ({ spec: { template: { spec: { containers } } } }),
      { name: 'a', image: 'i' },
      { name: 'b', image: 'j' },
    ],
    ['env', (env) => pod({}, { env }), { name: 'A', value: '1' }, { name: 'B', value: '2' }],
    [
      'ports',
      (ports) => pod({}, { ports }),
      { containerPort: 1, protocol: 'TCP', name: 'a' },
      { containerPort: 2, protocol: 'TCP', name: 'b' },
    ],
    [
      'mounts',
      (volumeMounts) => pod({}, { volumeMounts }),
      { mountPath: '/a', name: 'a' },
      { mountPath: '/b', name: 'b' },
    ],
    ['volumes', (volumes) => pod({ volumes }), { name: 'a', kind: 'x' }, { name: 'b', kind: 'y' }],
    [
      'spread',
      (topologySpreadConstraints) => pod({ topologySpreadConstraints }),
      { topologyKey: 'host', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 },
      { topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 2 },
    ],
  ];

  it.each(LISTS)(
    '%s: what another manager adds anywhere makes no difference, what it changes does',
    (_what, at, own, theirs) => {
      const others = fc.array(fc.constant<Entry>({ ...theirs, added: 'x' }), { minLength: 1, maxLength: 3 });
      fc.assert(
        fc.property(
          others,
          fc.nat(3),
          fc.dictionary(fc.constantFrom('more', 'else'), fc.string()),
          (added, index, fields) => {
            const list: Entry[] = added.toSpliced(index, 0, { ...own, ...fields });
            expect(covers(at(list), at([own]))).toBe(true);
            expect(covers(at(list), at([own, { ...own, ...theirs, missing: 1 }]))).toBe(false);
            for (const key of Object.keys(own)) {
              expect(covers(at(list.map((one) => ({ ...one, [key]: 'changed' }))), at([own]))).toBe(false);
            }
          },
        ),
      );
      expect(covers(at([theirs]), at([own]))).toBe(false);
    },
  );
});
