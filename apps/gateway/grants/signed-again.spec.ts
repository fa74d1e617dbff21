import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { linkHash, newCode, type SigningKey, thumbprint, toJwks } from '#libs/token';
import { vmUrls } from '#libs/policy';
import { call, type Reply } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { bearer, browser, useConsoles } from '../testing/use-consoles.js';

const { cluster, gateway, machine, open } = useConsoles();
let other: SigningKey;
beforeAll(() => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  other = { privateKey, publicKey, kid: thumbprint(publicKey) };
  const jwks = JSON.stringify(toJwks([cluster.key.publicKey, publicKey]));
  cluster.api.objects.update('configmaps', 'gs-jwks', (old) => ({ ...old, data: { 'jwks.json': jwks } }));
});
afterEach(() => {
  cluster.api.mute = false;
});

/** As the operator does it when the key that signed a token is gone. */
async function signAgain({ metadata: { uid = '', name = '' } }: GateToken, vm: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { URLs: vmUrls('ns', vm), verbs: ['get'], nbf: now - 9, exp: now + 600 };
  const token = await cluster.sign({ ...claims, jti: uid, sub: `ns/${name}`, iss: 'http://x' }, other);
  cluster.api.objects.update('gatetokens', name, (old) => ({ ...old, status: { ...old.status, token } }));
  return token;
}

const ask = (vm: string, headers: Record<string, string>): Promise<Reply> =>
  call(gateway.port, `/api/v1/grant?namespace=ns&vm=${vm}`, { headers });
const redeem = (jwt: string): Promise<Reply> => call(gateway.port, `/auth/jwt/set?token=${jwt}`);

describe('what a key that is gone signed is over (security row 10)', () => {
  it('its JWT, the cookie that came of it, and the consoles opened with either', async () => {
    const { name, path, grant } = await machine();
    const set = await redeem(grant.status?.token ?? '');
    const cookie = { cookie: set.headers['set-cookie']?.[0]?.split(';')[0] ?? '', origin: 'http://localhost:8080' };
    expect((await ask(name, cookie)).status).toBe(200);
    const viewer = await open(path, cookie);
    const token = await signAgain(grant, name);
    expect(await viewer.ended).toMatchObject({ code: 4002, reason: 'The key of the link is no longer valid.' });
    for (const headers of [cookie, bearer(grant), browser(grant, 'another')]) {
      expect((await ask(name, headers)).status).toBe(401);
    }
    expect((await ask(name, cookie)).body).toContain('The key of this link is no longer valid. Ask for a new link.');
    expect((await redeem(grant.status?.token ?? '')).status).toBe(401);
    expect((await redeem(token)).status).toBe(302);
    const again = await open(path, { authorization: `Bearer ${token}` });
    again.socket.close();
  });

  it('and nobody can give an old cookie the id of another key', async () => {
    const { name, grant } = await machine();
    const { cookie = '' } = browser(grant, 'first');
    await signAgain(grant, name);
    const [, uid, exp, nonce, mac] = /=([^.]*)\.([^.]*)\.([^.]*)\.[^.]*\.([^.]*)$/.exec(cookie) ?? [];
    for (const forged of [`${uid}.${exp}.${nonce}.${other.kid}.${mac}`, `${uid}.${exp}.${nonce}.${mac}`]) {
      expect((await ask(name, { cookie: `kg-jwt-session-code=${forged}` })).status).toBe(401);
    }
  });
});

describe('a request that is ahead of the watch of the grants', () => {
  it('with a token that was signed again is let in', async () => {
    const { name, grant } = await machine();
    cluster.api.mute = true;
    const token = await signAgain(grant, name);
    expect((await redeem(token)).status).toBe(302);
  });

  it('with a link that was signed just now is let in', async () => {
    const code = newCode();
    const look = () =>
      call(gateway.port, '/l', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code }),
      });
    const spec = { vm: 'demo', verbs: ['get'], 'link-hash': linkHash(code) };
    const { metadata } = cluster.api.objects.create('gatetokens', { metadata: { generateName: 'gt-' }, spec });
    await until(async () => (await look()).status === 425);
    cluster.api.mute = true;
    const [nbf, exp] = [0, Math.floor(Date.now() / 1000) + 600];
    const data = { nbf, exp, urls: vmUrls('ns', 'demo'), verbs: ['get'], from: '', until: '', duration: '1h' };
    cluster.approve(metadata.name ?? '', { phase: 'Ready', data });
    // What it was told before is remembered for a second.
    await until(async () => (await look()).status === 200);
  });
});
