import { afterAll, beforeAll } from 'vitest';
import { type GateToken, type GateTokenSpec } from '#libs/api';
import { kidOf, SecretKey } from '#libs/token';
import { setGrantCookies } from '../grants/cookies.js';
import { Handles } from '../grants/handle.js';
import { call, view, type Viewer } from './clients.js';
import { SESSION_KEY, startGateway, type TestGateway, until, VNC } from './gateway.js';
import { useGateway } from './use-gateway.js';

const handles = new Handles({ sessionKey: new SecretKey(Buffer.from(SESSION_KEY, 'base64')) });

export const bearer = (grant: GateToken): Record<string, string> => ({
  authorization: `Bearer ${grant.status?.token ?? ''}`,
});

/** The cookie of one browser that redeemed the grant. */
export function browser(grant: GateToken, nonce: string): Record<string, string> {
  const { uid = '' } = grant.metadata;
  const exp = (grant.status?.data?.exp ?? 0) * 1000;
  const handle = handles.write({
    uid,
    exp: exp / 1000,
    nonce: nonce.padEnd(16, 'x'),
    kid: kidOf(grant.status?.token ?? ''),
  });
  const [cookie = ''] = setGrantCookies(
    { uid, handle, exp },
    { secure: false, embedded: false },
    undefined,
    Date.now(),
  );
  return { cookie: cookie.split(';')[0] ?? '', origin: 'http://localhost:8080' };
}

/**
 * Two replicas, for all tests of the file that calls this, and their consoles.
 * @param env settings of the first replica beyond those that every gateway in tests has
 */
export function useConsoles(env: Record<string, string> = {}) {
  const { cluster, gateway } = useGateway(env);
  const other = {} as TestGateway;
  beforeAll(async () => {
    Object.assign(other, await startGateway(cluster, { POD_NAME: 'pod-2' }));
  });
  afterAll(() => other.close());

  let machines = 0;
  /** Each test has a machine of its own. */
  async function machine(spec: Partial<GateTokenSpec> = {}, window: { nbf?: number; exp?: number } = {}) {
    const name = `vm-${++machines}`;
    cluster.startVm(name);
    const grant = await cluster.grant({ vm: name, ...spec }, window);
    // The watch has brought the grant, hence the machine before it, on both replicas.
    for (const { port } of [gateway, other]) {
      await until(async () =>
        (await call(port, `/api/v1/grant?namespace=ns&vm=${name}`, { headers: bearer(grant) })).body.includes(
          'Running',
        ),
      );
    }
    return { name, path: VNC.replace('demo', name), grant };
  }

  async function open(path: string, headers: Record<string, string>, port = gateway.port): Promise<Viewer> {
    const viewer = await view(port, path, headers, ['plain.kubevirt.io']);
    await viewer.receives('RFB');
    return viewer;
  }

  return { cluster, gateway, other, machine, open };
}
