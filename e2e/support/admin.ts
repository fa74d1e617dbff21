import { afterAll } from 'vitest';
import { API_VERSION, type GateToken, type GateTokenSpec } from '#libs/api';
import { isKubeError, OwnClient, retryAfterOf, types, Upstream } from '#libs/kube';
import { cluster } from './cluster.js';
import { until } from './until.js';

/** A client of the API server with every right; closed after the last test of the file. */
export function adminClient(): OwnClient {
  const upstream = Upstream.fromKubeconfig(cluster().kubeconfig, 'admin');
  afterAll(() => upstream.close());
  return new OwnClient(upstream);
}

/**
 * As a client that is in earnest: tried again while the API server is away or in trouble.
 * @throws what trying again would not change; Error after a minute
 */
export async function insist<T>(what: string, work: () => Promise<T>): Promise<T> {
  let notBefore = 0;
  const value = await until(
    what,
    async () => {
      if (performance.now() < notBefore) return undefined;
      try {
        return { done: await work() };
      } catch (error) {
        if (isKubeError(error) && error.code < 500 && error.code !== 429) return { failed: error };
        notBefore = performance.now() + Math.max(200, retryAfterOf(error));
        throw error;
      }
    },
    60_000,
  );
  if ('failed' in value) throw value.failed;
  return value.done;
}

/** Makes a GateToken of the sample's namespace. One that is there already was made by a try whose answer was lost. */
export async function createToken(client: OwnClient, name: string, spec: Partial<GateTokenSpec>): Promise<void> {
  const token = { apiVersion: API_VERSION, kind: 'GateToken', metadata: { name }, spec: { duration: '30m', ...spec } };
  await insist(`GateToken ${name} is made`, async () => {
    try {
      await client.create(types.gateTokens, token as GateToken, cluster().namespace);
    } catch (error) {
      if (!isKubeError(error, 409)) throw error;
    }
  });
}

/** Waits until the operator has signed it. @returns the JWT; empty for the grant of a link */
export async function readyToken(client: OwnClient, name: string, withinMs = 60_000): Promise<string> {
  const ready = await until(
    `GateToken ${name} is Ready`,
    async () => {
      const token = await client.get<GateToken>(types.gateTokens, name, cluster().namespace);
      return token.status?.phase === 'Ready' ? token : undefined;
    },
    withinMs,
  );
  return ready.status?.token ?? '';
}

export async function revokeToken(client: OwnClient, name: string): Promise<void> {
  await insist(`GateToken ${name} is revoked`, () =>
    client.patch(types.gateTokens, name, cluster().namespace, { spec: { revoked: true } }, 'merge'),
  );
}
