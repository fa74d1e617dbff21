import { createPrivateKey, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { generateKeyPair, linkHash, newCode, type SigningKey, thumbprint, toJwks } from '#libs/token';
import { call } from '../testing/clients.js';
import { startGateway, TestCluster, type TestGateway, until } from '../testing/gateway.js';

let cluster: TestCluster;
let gateway: TestGateway;
let marked: SigningKey;

beforeAll(async () => {
  cluster = await TestCluster.start();
  const privateKey = createPrivateKey((await generateKeyPair(2048))['tls.key']);
  const publicKey = createPublicKey(privateKey);
  marked = { privateKey, publicKey, kid: thumbprint(publicKey) };
  const jwks = JSON.stringify(toJwks([cluster.key.publicKey, publicKey]));
  cluster.api.objects.update('configmaps', 'gs-jwks', (old) => ({ ...old, data: { 'jwks.json': jwks } }));
  gateway = await startGateway(cluster, { ACCEPT_UNREGISTERED: 'true' });
  await until(async () => (await call(gateway.port, '/.well-known/jwks.json')).body === jwks);
});
afterAll(async () => {
  await gateway.close();
  await cluster.close();
});

/** The holder of the key can write anything. */
function forged({ metadata }: GateToken, key = marked): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const sub = `ns/${metadata.name}`;
  const grant = { URLs: ['/version'], verbs: ['get'], nbf: now - 9, exp: now + 600 };
  return cluster.sign({ ...grant, jti: metadata.uid ?? '', sub, iss: 'http://x' }, key);
}

async function answers(jwt: string): Promise<number[]> {
  const grant = await call(gateway.port, '/api/v1/grant?namespace=ns&vm=demo', {
    headers: { authorization: `Bearer ${jwt}` },
  });
  return [grant.status, (await call(gateway.port, `/auth/jwt/set?token=${jwt}`)).status];
}

describe('a key of a marked Secret (security row 15)', () => {
  it('gives no grant that another key signed', async () => {
    const grant = await cluster.grant();
    expect(await answers(grant.status?.token ?? '')).toEqual([200, 302]);
    expect(await answers(await forged(grant))).toEqual([401, 401]);
  });

  it('gives no grant of a link, and no other key does', async () => {
    const grant = await cluster.grant({ vm: 'demo', 'link-hash': linkHash(newCode()) });
    expect(await answers(await forged(grant))).toEqual([401, 401]);
    expect(await answers(await forged(grant, cluster.key))).toEqual([401, 401]);
  });

  it('gives the grants that are signed with it', async () => {
    const grant = await cluster.grant();
    const token = await forged(grant);
    cluster.api.objects.update('gatetokens', grant.metadata.name ?? '', (old) => ({
      ...old,
      status: { ...old.status, token },
    }));
    await until(async () => (await answers(token))[0] === 200);
  });
});
