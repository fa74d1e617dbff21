import { beforeEach, describe, expect, it } from 'vitest';
import { SIGNING_KEY } from '#libs/api';
import { KubeError, type KubeObject, types } from '#libs/kube';
import { makeCa, makeCertificate } from '#libs/pki';
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

  it('reads a marked Secret once for each version, however many ask', async () => {
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
    expect(await reader.tls(deleted)).toBeUndefined();
    expect(await reader.marked(undefined)).toBeUndefined();
  });

  it('keeps of a Secret for TLS what is wrong with it or its certificate, not the key', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const { cert, key } = await makeCertificate(await makeCa({ cn: 'ca' }), { cn: 'a', dns: ['a.example.com'] });
    const put = (data: Record<string, string>) =>
      cluster.put(types.secrets, { metadata: { name: 'tls', namespace: 'n' }, data } as KubeObject);
    put({ 'tls.crt': base64(cert), 'tls.key': '' });
    expect(await reader.tls(copy('tls'))).toEqual({ lacks: ['tls.key'] });
    put({ 'tls.crt': base64(cert), 'tls.key': base64(key) });
    const found = await reader.tls(copy('tls'));
    expect(await reader.tls(copy('tls'))).toBe(found);
    expect(cluster.secretsRead).toEqual(['tls', 'tls']);
    expect({ ...found, certificate: found?.certificate?.toString() }).toEqual({ lacks: [], certificate: cert });
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
