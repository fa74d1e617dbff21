import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { type SigningKey, thumbprint, toJwks } from '#libs/token';
import { call } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
afterEach(() => {
  cluster.api.mute = false;
  publish(cluster.key);
});

function newKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, publicKey, kid: thumbprint(publicKey) };
}

function publish(...keys: SigningKey[]): string {
  const jwks = JSON.stringify(toJwks(keys.map(({ publicKey }) => publicKey)));
  cluster.api.objects.update('configmaps', 'gs-jwks', (old) => ({ ...old, data: { 'jwks.json': jwks } }));
  return jwks;
}

const shown = async () => (await call(gateway.port, '/.well-known/jwks.json')).body;

/** A grant that this key signed. */
async function signed(key: SigningKey): Promise<{ grant: GateToken; jwt: string }> {
  const grant = await cluster.grant();
  return { grant, jwt: await resign(grant, key) };
}

async function resign({ metadata: { uid = '', name = '' } }: GateToken, key: SigningKey): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { URLs: ['/version'], verbs: ['get'], nbf: now - 9, exp: now + 600 };
  const jwt = await cluster.sign({ ...claims, jti: uid, sub: `ns/${name}`, iss: 'http://x' }, key);
  cluster.api.objects.update('gatetokens', name, (old) => ({ ...old, status: { ...old.status, token: jwt } }));
  return jwt;
}

const redeem = async (jwt: string) => (await call(gateway.port, `/auth/jwt/set?token=${jwt}`)).status;
const readings = () =>
  cluster.api.seen.filter(({ method, url }) => method === 'GET' && url.endsWith('/configmaps/gs-jwks')).length;

describe('rotation of the signing key (security row 5)', () => {
  it('a token that is ahead of the watch of the keys is accepted', async () => {
    cluster.api.mute = true;
    const key = newKey();
    publish(cluster.key, key);
    const { jwt } = await signed(key);
    expect(await Promise.all(Array.from({ length: 20 }, () => redeem(jwt)))).toEqual(Array(20).fill(302));
    expect((await shown()).includes(key.kid)).toBe(true);
  });

  it('a token of a key that is retired and gone is refused, without another look at the keys each time', async () => {
    const { jwt } = await signed(cluster.key);
    expect(await redeem(jwt)).toBe(302);
    const jwks = publish(newKey());
    await until(async () => (await shown()) === jwks);
    expect(await redeem(jwt)).toBe(401);
    const before = readings();
    expect(await redeem(jwt)).toBe(401);
    expect(readings()).toBe(before);
  });

  it('made-up keys cost one reading a second, however many they are', async () => {
    const before = readings();
    const started = Date.now();
    const { metadata } = await cluster.grant();
    const forged = await Promise.all(Array.from({ length: 30 }, () => resign({ metadata } as GateToken, newKey())));
    expect(new Set(await Promise.all(forged.map((jwt) => redeem(jwt))))).toEqual(new Set([401]));
    expect(readings() - before).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - started) / 1000));
  });
});
