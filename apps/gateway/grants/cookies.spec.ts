import { expect, it } from 'vitest';
import { vmUrls } from '#libs/policy';
import { MAX_TOKEN } from '#libs/token';
import { call, type Reply } from '../testing/clients.js';
import { serveUsers, signedIn } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

/** The cookies of one browser. */
class Jar {
  readonly #cookies = new Map<string, string>();

  take({ headers }: Reply): void {
    for (const line of headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.delete(name);
      if (!/max-age=0/i.test(line)) this.#cookies.set(name, value);
    }
  }

  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get size(): number {
    return this.#cookies.size;
  }
}

/** What else a browser sends, and the proxies on the way. */
const HEADERS = { 'user-agent': 'x'.repeat(500), accept: 'text/html', 'x-forwarded-for': 'x'.repeat(500) };

async function open(jar: Jar, token: string): Promise<number> {
  const path = `/auth/jwt/set?token=${token}&name=demo&namespace=ns`;
  const reply = await call(gateway.port, path, { headers: { ...HEADERS, cookie: jar.header } });
  jar.take(reply);
  return reply.status;
}

const see = async (jar: Jar, vm: string): Promise<number> => {
  const path = `/api/v1/grant?namespace=ns&vm=${vm}`;
  return (await call(gateway.port, path, { headers: { ...HEADERS, cookie: jar.header } })).status;
};

/** A grant whose JWT is as long as one may be. */
async function longest(): Promise<string> {
  const grantOf = async (filler: number): Promise<string> => {
    const lengths = Array.from({ length: 5 }, (_, i) => Math.min(2040, Math.max(0, filler - i * 2040)));
    const urls = [...vmUrls('ns', 'demo'), ...lengths.map((length) => `/${'x'.repeat(length)}`)];
    return (await cluster.grant({ urls })).status?.token ?? '';
  };
  const least = (await grantOf(0)).length;
  return grantOf(Math.floor(((MAX_TOKEN - least) * 3) / 4) - 4);
}

it('a browser that holds 16 grants and a sign-in opens one more, the longest, and keeps the newest 16', async () => {
  serveUsers(cluster);
  const jar = new Jar();
  for (let i = 0; i < 20; i++) {
    cluster.startVm(`vm-${i}`);
    const { status } = await cluster.grant({ vm: `vm-${i}` });
    expect(await open(jar, status?.token ?? '')).toBe(302);
  }
  expect(jar.size).toBe(16);
  expect(await see(jar, 'vm-0')).toBe(403);
  for (let i = 6; i < 20; i++) expect([i, await see(jar, `vm-${i}`)]).toEqual([i, 200]);
  const signIn = (await signedIn('a'.repeat(1200))).split('=');
  jar.take({ status: 200, body: '', headers: { 'set-cookie': [signIn.join('=')] } });
  expect(jar.header.length).toBeGreaterThan(5500);
  const token = await longest();
  expect(token.length).toBeGreaterThan(MAX_TOKEN - 20);
  expect(await open(jar, token)).toBe(302);
  expect(await see(jar, 'demo')).toBe(200);
});
