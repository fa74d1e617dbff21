import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KubeObject } from '../types.js';
import { StaleError, Store } from './store.js';

const BUCKET = 'example.org/things';

const thing = (name: string, value = '', namespace = 'n'): KubeObject =>
  ({ apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name, namespace }, value }) as unknown as KubeObject;

describe('Store', () => {
  let dir: string;
  let store: Store;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'store-'));
    store = Store.open(dir);
  });

  afterEach(() => {
    store.close();
    rmSync(dir, { recursive: true });
  });

  const reopen = (): void => {
    store.close();
    store = Store.open(dir);
  };

  it('gives every write a higher revision', () => {
    const a = store.put(BUCKET, thing('a'), undefined);
    const b = store.put('/configmaps', thing('b'), undefined);
    expect(Number(b.metadata.resourceVersion)).toBe(Number(a.metadata.resourceVersion) + 1);
  });

  it('refuses a write on another state than expected', () => {
    const first = store.put(BUCKET, thing('a'), undefined);
    store.put(BUCKET, thing('a', 'x'), first.metadata.resourceVersion);
    expect(() => store.put(BUCKET, thing('a', 'y'), first.metadata.resourceVersion)).toThrow(StaleError);
    expect(() => store.put(BUCKET, thing('a'), undefined)).toThrow(StaleError);
    expect(() => store.remove(BUCKET, first)).toThrow(StaleError);
  });

  it('lists by namespace and name', () => {
    for (const [name, namespace] of [
      ['b', 'n'],
      ['a', 'o'],
      ['a', 'n'],
    ] as const) {
      store.put(BUCKET, thing(name, '', namespace), undefined);
    }
    const keys = (objects: KubeObject[]): string[] =>
      objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(keys(store.list(BUCKET))).toEqual(['n/a', 'n/b', 'o/a']);
    expect(keys(store.list(BUCKET, 'n'))).toEqual(['n/a', 'n/b']);
  });

  it('keeps objects, revision and history over a restart', () => {
    const a = store.put(BUCKET, thing('a'), undefined);
    store.put(BUCKET, thing('b'), undefined);
    store.remove(BUCKET, a);
    const { revision } = store;
    reopen();
    expect(store.revision).toBe(revision);
    expect(store.list(BUCKET).map(({ metadata }) => metadata.name)).toEqual(['b']);
    const events = store.since(BUCKET, Number(a.metadata.resourceVersion));
    expect(events?.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(['ADDED b', 'DELETED a']);
  });

  it('cuts off a last line that was not written to its end', () => {
    store.put(BUCKET, thing('a'), undefined);
    const log = join(dir, 'log.jsonl');
    const { size } = statSync(log);
    appendFileSync(log, '{"revision":99,"bucket":"exa');
    reopen();
    expect(store.list(BUCKET)).toHaveLength(1);
    expect(statSync(log).size).toBe(size);
    store.put(BUCKET, thing('b'), undefined);
    reopen();
    expect(store.list(BUCKET)).toHaveLength(2);
  });

  it('replaces a long log by a snapshot, and tells watchers that history is gone', () => {
    const big = 'x'.repeat(1024 * 1024);
    let last = store.put(BUCKET, thing('a', big), undefined);
    const first = Number(last.metadata.resourceVersion);
    for (let round = 0; round < 20; round += 1) {
      last = store.put(BUCKET, thing('a', `${round}${big}`), last.metadata.resourceVersion);
    }
    expect(readFileSync(join(dir, 'snapshot.jsonl'), 'utf8').split('\n')[0]).toMatch(/revision/);
    expect(store.since(BUCKET, first)).toHaveLength(20);
    reopen();
    expect(store.get(BUCKET, 'a', 'n')?.metadata).toEqual(last.metadata);
    expect(store.since(BUCKET, first) === undefined).toBe(true);
  });

  it('forgets the oldest events of a resource alone', () => {
    const quiet = store.put('/configmaps', thing('q'), undefined);
    let last = store.put(BUCKET, thing('a'), undefined);
    for (let round = 0; round < 3100; round += 1) {
      last = store.put(BUCKET, thing('a', String(round)), last.metadata.resourceVersion);
    }
    expect(store.since(BUCKET, 2)).toBeUndefined();
    expect(store.since('/configmaps', Number(quiet.metadata.resourceVersion) - 1)).toHaveLength(1);
  });

  it('tells listeners what was and what is', () => {
    const seen: string[] = [];
    const stop = store.subscribe(BUCKET, ({ type, object, old }) =>
      seen.push(`${type} ${String(old?.['value'])} ${String(object['value'])}`),
    );
    const a = store.put(BUCKET, thing('a', '1'), undefined);
    const b = store.put(BUCKET, thing('a', '2'), a.metadata.resourceVersion);
    store.remove(BUCKET, b);
    stop();
    store.put(BUCKET, thing('a', '3'), undefined);
    expect(seen).toEqual(['ADDED undefined 1', 'MODIFIED 1 2', 'DELETED 2 2']);
  });

  it('stores nothing where a change fails, a snapshot that cannot be written included', () => {
    mkdirSync(join(dir, 'snapshot.jsonl.new'));
    const big = 'x'.repeat(1024 * 1024);
    const seen: number[] = [];
    store.subscribe(BUCKET, ({ revision }) => seen.push(revision));
    let last: string | undefined;
    const fill = (): void => {
      for (;;) last = store.put(BUCKET, thing('a', big), last).metadata.resourceVersion;
    };
    expect(fill).toThrow('EISDIR');
    expect(store.get(BUCKET, 'a', 'n')?.metadata.resourceVersion).toBe(last);
    expect([seen.at(-1), store.revision]).toEqual([Number(last), Number(last)]);
  });

  it('tells every listener, and reports what one of them throws', () => {
    store.close();
    const reported: unknown[] = [];
    store = Store.open(dir, (error) => reported.push(error));
    const fault = new Error('listener');
    const seen: string[] = [];
    store.subscribe(BUCKET, () => {
      throw fault;
    });
    store.subscribe(BUCKET, ({ type }) => seen.push(type));
    store.remove(BUCKET, store.put(BUCKET, thing('a'), undefined));
    expect(seen).toEqual(['ADDED', 'DELETED']);
    expect(reported).toEqual([fault, fault]);
  });
});
