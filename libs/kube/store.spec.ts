import { beforeEach, expect, it } from 'vitest';
import { Store } from './store.js';
import { type KubeObject } from './types.js';

interface Item extends KubeObject {
  hosts?: string[];
}

let store: Store<Item>;
let version = 0;

beforeEach(() => (store = new Store()));

function item(name: string, namespace: string | undefined, ...hosts: string[]): Item {
  version += 1;
  const place = namespace === undefined ? {} : { namespace };
  return { metadata: { name, ...place, uid: name, resourceVersion: `${version}` }, hosts };
}

const names = (items: Item[]) => items.map(({ metadata }) => metadata.name).sort();

it('lists those of a namespace alone', () => {
  store.replace([item('a', 'n'), item('b', 'n'), item('c', 'other')]);
  expect(names(store.list('n'))).toEqual(['a', 'b']);
  store.delete(item('a', 'n'));
  expect(names(store.list('n'))).toEqual(['b']);
  expect(names(store.list('none'))).toEqual([]);
  expect(names(store.list())).toEqual(['b', 'c']);
});

it('finds objects under what they say now, those too that were there before the index', () => {
  store.put(item('a', 'n', 'x', 'y'));
  const find = store.index(({ hosts = [] }) => hosts);
  store.put(item('b', undefined, 'y'));
  expect([names(find('x')), names(find('y'))]).toEqual([['a'], ['a', 'b']]);
  store.put(item('a', 'n', 'y', 'z'));
  expect([names(find('x')), names(find('y')), names(find('z'))]).toEqual([[], ['a', 'b'], ['a']]);
  expect(find('z')[0]?.hosts).toEqual(['y', 'z']);
  store.replace([item('c', 'n', 'z')]);
  expect([names(find('y')), names(find('z'))]).toEqual([[], ['c']]);
  store.delete(item('c', 'n'));
  expect(find('z')).toEqual([]);
});

it('finds the latest version, and the object that took the place of another', () => {
  const find = store.index(({ hosts = [] }) => hosts);
  store.put(item('a', 'n', 'x'));
  const next = item('a', 'n', 'x');
  store.put({ ...next, metadata: { ...next.metadata, uid: 'other' } });
  expect(find('x').map(({ metadata }) => metadata.uid)).toEqual(['other']);
});
