import { get } from 'node:http';
import { isKubeError, type KubeClient, type KubeObject, types } from '#libs/kube';
import { type Condition } from '#libs/wire';
import { NAMESPACE } from './credentials.js';
import { UserError } from './user-error.js';

const POLL_MS = 150;

/** Any of the kinds that are waited for. */
export interface Observed extends KubeObject {
  status?: {
    phase?: string;
    printableStatus?: string;
    conditions?: Condition[];
    availableReplicas?: number;
    observedGeneration?: number;
    'observed-generation'?: number;
    containerStatuses?: { state?: { waiting?: { reason: string; message?: string } } }[];
  };
}

/** One thing that must be ready: `look` returns undefined when it is, else its current state. */
export interface Check {
  name: string;
  look: () => Promise<string | undefined>;
}

async function read(client: KubeClient, ...[type, name, namespace]: Parameters<KubeClient['get']>): Promise<Observed> {
  try {
    return await client.get<Observed>(type, name, namespace);
  } catch (error) {
    if (isKubeError(error, 404)) return { metadata: {} };
    throw error;
  }
}

/** A Deployment whose pods, made by this start, are ready. */
export function deploymentCheck(client: KubeClient, namespace: string, name: string): Check {
  const look = async (): Promise<string | undefined> => {
    const { status, metadata } = await read(client, types.deployments, name, namespace);
    const { items } = await client.list<Observed>(types.pods, namespace);
    const pods = items.filter((pod) => pod.metadata.name?.startsWith(`${name}-`));
    const ready = pods.filter((pod) => isTrue(pod, 'Ready'));
    if (
      ready.length > 0 &&
      (status?.availableReplicas ?? 0) > 0 &&
      status?.observedGeneration === metadata.generation
    ) {
      return undefined;
    }
    const waiting = pods.flatMap(({ status }) => status?.containerStatuses ?? []).find(({ state }) => state?.waiting);
    return waiting?.state?.waiting?.message ?? waiting?.state?.waiting?.reason ?? 'its pod is not ready yet';
  };
  return { name: `Deployment ${namespace}/${name}`, look };
}

/** What keeps an object from being ready, else its phase. */
export const stateOf = (status: Pick<NonNullable<Observed['status']>, 'conditions' | 'phase'> | undefined): string =>
  status?.conditions?.find((condition) => condition.status === 'False')?.message ?? status?.phase ?? 'no status';

/** The sample GateServer is Ready for what its spec says now. */
export function gateServerCheck(client: KubeClient, name: string): Check {
  const look = async (): Promise<string | undefined> => {
    const { status, metadata } = await read(client, types.gateServers, name, NAMESPACE);
    if (status?.phase === 'Ready' && status['observed-generation'] === metadata.generation) return undefined;
    return stateOf(status);
  };
  return { name: `GateServer ${NAMESPACE}/${name}`, look };
}

export function machineCheck(client: KubeClient, name: string): Check {
  const look = async (): Promise<string | undefined> => {
    const { status } = await read(client, types.virtualMachines, name, NAMESPACE);
    return status?.printableStatus === 'Running' ? undefined : (status?.printableStatus ?? 'no status');
  };
  return { name: `VirtualMachine ${NAMESPACE}/${name}`, look };
}

/** The gateway answers through the ingress, as it would to a browser. */
export function gatewayCheck(port: number): Check {
  const look = (): Promise<string | undefined> =>
    new Promise((resolve) => {
      const headers = { host: `localhost:${port}` };
      const request = get({ host: '127.0.0.1', port, path: '/healthz', headers, agent: false, timeout: 2000 });
      request.once('response', (response) => {
        response.resume();
        resolve(response.statusCode === 200 ? undefined : `it returned ${response.statusCode}`);
      });
      request.once('timeout', () => request.destroy(new Error('no answer')));
      request.once('error', (error) => resolve(error.message));
    });
  return { name: `gateway at http://localhost:${port}`, look };
}

function isTrue({ status }: Observed, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}

/**
 * Waits until every check passes; `done` is called for each.
 * @throws UserError that names the first that has not passed at the deadline, and its state
 */
export async function allWell(
  checks: Check[],
  options: { withinMs: number; signal: AbortSignal; done: (check: Check) => void; logs: string },
): Promise<void> {
  const deadline = Date.now() + options.withinMs;
  await Promise.all(
    checks.map(async (check) => {
      for (let last = await attempt(check); last !== undefined; last = await attempt(check)) {
        if (options.signal.aborted) return;
        if (Date.now() > deadline) {
          const seconds = options.withinMs / 1000;
          throw new UserError(
            `${check.name} was not ready within ${seconds} s: ${last.replace(/\.$/, '')}. Logs: ${options.logs}`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      options.done(check);
    }),
  );
}

async function attempt(check: Check): Promise<string | undefined> {
  try {
    return await check.look();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
