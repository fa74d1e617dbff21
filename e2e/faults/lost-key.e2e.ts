import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type GateServer, type GateToken, type IssueResponse, ROTATE } from '#libs/api';
import { isKubeError, type KubeObject, types } from '#libs/kube';
import { kidOf } from '#libs/token';
import { adminClient } from '../support/admin.js';
import { cluster } from '../support/cluster.js';
import { ConsoleSocket } from '../support/console-socket.js';
import { consoleSocketPath, cookiesOf, gateway, issue, redeem } from '../support/gateway.js';
import { kubectlOk } from '../support/kubectl.js';
import { until } from '../support/until.js';

type SecretObject = KubeObject & { data?: Record<string, string> };

const admin = adminClient();
const GATE_SERVER = 'gateserver-sample';
const REDEEMS = 200;
const ROTATIONS = 3;
/** How many people redeem at the same time. */
const AT_ONCE = 4;

const statusOf = async () => (await admin.get<GateServer>(types.gateServers, GATE_SERVER, cluster().namespace)).status;
const keys = async () => (await statusOf())?.keys ?? [];

async function published(): Promise<string[]> {
  const set = (await (await gateway('/.well-known/jwks.json')).json()) as { keys: { kid: string }[] };
  return set.keys.map(({ kid }) => kid);
}

/** Whether the GateServer is Ready, and has been as it is for half a second of questions. */
function atRest(): () => Promise<boolean> {
  let [version, since] = ['', 0];
  return async () => {
    const { metadata, status } = await admin.get<GateServer>(types.gateServers, GATE_SERVER, cluster().namespace);
    if (metadata.resourceVersion !== version) [version, since] = [metadata.resourceVersion ?? '', performance.now()];
    return status?.phase === 'Ready' && performance.now() - since > 500;
  };
}

async function rotate(): Promise<void> {
  const metadata = { annotations: { [ROTATE]: `${performance.timeOrigin + performance.now()}` } };
  await admin.patch(types.gateServers, GATE_SERVER, cluster().namespace, { metadata }, 'merge');
}

const redeemJwt = async (token: string): Promise<number> => (await gateway(`/auth/jwt/set?token=${token}`)).status;

describe('rotation of the signing key', () => {
  it('in the middle of 200 redeems: none fails', async () => {
    const issued: IssueResponse[] = [];
    const failures: string[] = [];
    const signers = new Set<string>();
    const one = async (i: number): Promise<void> => {
      const isJwt = i % 2 === 0;
      const grant = await issue({ vm: 'demo', duration: '10m' }, { token: isJwt });
      issued.push(grant);
      const { token = '', link = '' } = grant;
      if (isJwt) signers.add(kidOf(token) ?? '');
      const status = isJwt ? await redeemJwt(token) : (await redeem(link)).status;
      if (status !== (isJwt ? 302 : 200)) failures.push(`${isJwt ? 'JWT' : 'link'} ${i}: ${status}`);
    };
    let done = 0;
    const person = async (): Promise<void> => {
      while (done < REDEEMS || signers.size <= ROTATIONS) await one(done++);
    };
    const end = new AbortController();
    const rotating = (async () => {
      while (!end.signal.aborted) {
        const [before] = await keys();
        await rotate();
        await until(
          'another key signs',
          async () => end.signal.aborted || (await keys())[0]?.kid !== before?.kid,
          30_000,
        );
      }
    })();
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, person));
    } finally {
      end.abort();
      await rotating;
    }
    expect(failures).toEqual([]);
    expect(done).toBeGreaterThanOrEqual(REDEEMS);
    // What each of the keys signed is still good, and whoever checks it elsewhere can find the key.
    const jwts = issued.flatMap(({ token }) => token ?? []);
    expect(new Set(await Promise.all(jwts.map(redeemJwt)))).toEqual(new Set([302]));
    expect(await published()).toEqual(expect.arrayContaining([...signers]));
    const [present, ...retired] = await keys();
    expect(present).not.toHaveProperty('retires');
    for (const { retires = '' } of retired) expect(Date.parse(retires)).toBeGreaterThan(Date.now());
    for (const { gatetoken } of issued) await admin.delete(types.gateTokens, gatetoken.name, cluster().namespace);
  }, 180_000);
});

describe('a signing key whose Secret was deleted', () => {
  it('leaves nothing of what it signed, each GateToken says so, and links go on', async () => {
    const [jwt, link] = [await issue({ vm: 'demo' }, { token: true }), await issue({ vm: 'demo' })];
    const { name } = jwt.gatetoken;
    const old = jwt.token ?? '';
    const cookie = cookiesOf(await gateway(`/auth/jwt/set?token=${old}`));
    const linked = (await redeem(link.link ?? '')).cookie;
    const look = async (headers: Record<string, string>) =>
      (await gateway(`/api/v1/grant?namespace=${cluster().namespace}&vm=demo`, { headers })).status;
    expect(await Promise.all([look({ cookie }), look({ cookie: linked })])).toEqual([200, 200]);
    const console = await ConsoleSocket.open(consoleSocketPath('demo', 'console'), { cookie, origin: cluster().url });
    const [before] = await keys();

    await kubectlOk(['delete', 'secret', `${GATE_SERVER}-jwt-secret`]);
    const signed = () => admin.get<GateToken>(types.gateTokens, name, cluster().namespace);
    const status = await until('the token is signed again', async () => {
      const now = (await signed()).status;
      return now?.token !== undefined && now.token !== old && now;
    });
    expect(await console.closed).toMatchObject({ code: 4002 });
    await until('the status has only the new key', async () =>
      isDeepStrictEqual(
        (await keys()).map(({ kid }) => kid),
        [kidOf(status.token ?? '')],
      ),
    );
    expect(await published()).toEqual([kidOf(status.token ?? '')]);
    expect(kidOf(status.token ?? '')).not.toBe(before?.kid);
    expect(status.conditions?.[0]).toMatchObject({ status: 'True', reason: 'SignedAgain' });
    const events = async () => kubectlOk(['get', 'events', '--field-selector', `involvedObject.name=${name}`]);
    await until('an Event says so', async () => (await events()).includes('SignedAgain'));

    expect(await redeemJwt(old)).toBe(401);
    expect(await look({ cookie })).toBe(401);
    expect(await look({ cookie: linked })).toBe(200);
    expect(await redeemJwt(status.token ?? '')).toBe(302);
    for (const { gatetoken } of [jwt, link]) await admin.delete(types.gateTokens, gatetoken.name, cluster().namespace);
  });

  it.each([
    [`${GATE_SERVER}-jwt-secret`, 12],
    [`${GATE_SERVER}-session`, 4],
  ])(
    'never comes back, however often %s is deleted',
    async (name, deletions) => {
      const read = () =>
        admin.get<SecretObject>(types.secrets, name, cluster().namespace).catch((error: unknown) => {
          if (isKubeError(error, 404)) return undefined;
          throw error;
        });
      const secretIn = (secret?: SecretObject) => secret?.data?.['tls.key'] ?? secret?.data?.['key'];
      const seen = [secretIn(await read())];
      for (let deletion = 0; deletion < deletions; deletion++) {
        const { uid } = (await read())?.metadata ?? {};
        await admin.delete(types.secrets, name, cluster().namespace);
        const made = await until('it is made again', async () => {
          const secret = await read();
          return secret?.metadata.uid !== uid && secret;
        });
        seen.push(secretIn(made));
        // An operator that is at rest has the old Secret in its hands when it is told of the deletion.
        await until('the operator is at rest', atRest());
      }
      expect(new Set(seen).size).toBe(deletions + 1);
    },
    60_000,
  );
});
