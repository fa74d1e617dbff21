import { beforeEach, describe, expect, it } from 'vitest';
import { SIGNING_KEY } from '#libs/api';
import { KubeError, type KubeObject, types } from '#libs/kube';
import { FakeCluster } from '../testing/fake-cluster.js';
import { SecretReader } from './secret-reader.js';

const MARK = { [SIGNING_KEY]: 'true' };

describe('SecretReader', () => {
  let cluster: FakeCluster;
  let reader: SecretReader;

  beforeEach(() => {
    cluster = new FakeCluster();
    reader = new SecretReader(cluster.client);
  });

  function secret(name: string, value: string, annotations: Record<string, string> = MARK): void {
    cluster.put(types.secrets, { metadata: { name, namespace: 'n', annotations }, data: { key: value } } as KubeObject);
  }
  const copy = (name: string) => cluster.metadata(types.secrets).get(name);
  const data = async (name: string) => (await reader.marked(copy(name)))?.['data'];

  it('reads a marked Secret once for each version, whoever asks', async () => {
    secret('mine', 'b25l');
    const two = await Promise.all([reader.marked(copy('mine')), reader.allMarked([copy('mine') as KubeObject])]);
    // The same object: its parsed key is known by it.
    expect(two[1][0]).toBe(two[0]);
    expect(await data('mine')).toEqual({ key: 'b25l' });
    expect(cluster.secretsRead).toEqual(['mine']);
    secret('mine', 'dHdv');
    expect(await data('mine')).toEqual({ key: 'dHdv' });
    expect(cluster.secretsRead).toEqual(['mine', 'mine']);
  });

  it('never reads a Secret without the mark (security row 15)', async () => {
    secret('plain', 'b25l', {});
    secret('denied', 'b25l', { [SIGNING_KEY]: 'false' });
    expect(await reader.allMarked(cluster.metadata(types.secrets).list())).toEqual([]);
    expect(cluster.secretsRead).toEqual([]);
  });

  it('goes by what it reads, not by the copy: the mark may be gone, or the Secret', async () => {
    secret('mine', 'b25l');
    const marked = copy('mine');
    secret('mine', 'b25l', {});
    expect(await reader.marked(marked)).toBeUndefined();
    cluster.remove(types.secrets, 'mine');
    secret('other', 'b25l');
    const deleted = copy('other');
    cluster.remove(types.secrets, 'other');
    expect(await reader.marked(deleted)).toBeUndefined();
    expect(await reader.filled(deleted)).toBeUndefined();
    expect(await reader.marked(undefined)).toBeUndefined();
  });

  it('tells which data are not empty, and keeps nothing else', async () => {
    secret('tls', '', {});
    expect(await reader.filled(copy('tls'))).toEqual([]);
    secret('tls', 'b25l', {});
    expect([await reader.filled(copy('tls')), await reader.filled(copy('tls'))]).toEqual([['key'], ['key']]);
    expect(cluster.secretsRead).toEqual(['tls', 'tls']);
  });

  it('tries again after a fault', async () => {
    secret('mine', 'b25l');
    const { get } = cluster.client;
    cluster.client.get = () => Promise.reject(new KubeError({ code: 503, reason: 'ServiceUnavailable', message: '' }));
    await expect(data('mine')).rejects.toMatchObject({ code: 503 });
    cluster.client.get = get;
    expect(await data('mine')).toEqual({ key: 'b25l' });
  });

  it('reads few at a time', async () => {
    for (let i = 0; i < 30; i++) secret(`key-${i}`, 'b25l');
    let [now, most] = [0, 0];
    const { get } = cluster.client;
    const counted = async <T extends KubeObject>(...what: Parameters<typeof get>): Promise<T> => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now -= 1;
      return get<T>(...what);
    };
    cluster.client.get = counted;
    expect(await reader.allMarked(cluster.metadata(types.secrets).list())).toHaveLength(30);
    expect(most).toBe(8);
  });
});
