import { createHash, randomBytes } from 'node:crypto';
import { isKubeError, type KubeClient, type KubeObject, types } from '#libs/kube';
import { type Condition } from '#libs/wire';
import { NAMESPACE } from './credentials.js';
import { type Check, stateOf } from './readiness.js';
import { type Link } from './state.js';

/** A link that is good for less is not handed out again. */
const WORTH_KEEPING_MS = 3_600_000;

interface GateToken extends KubeObject {
  spec: { vm: string; duration: string; 'link-hash': string; description: string; revoked?: boolean };
  status?: {
    phase?: string;
    'vm-uid'?: string;
    data?: { until: string };
    conditions?: Condition[];
  };
}

/**
 * A link to the console of a VM: that of an earlier start while it is good for an hour or more, else a new one. Every
 * start would leave one more behind otherwise.
 */
export async function linkTo(
  client: KubeClient,
  vm: string,
  earlier: Link | undefined,
  now: () => number = Date.now,
): Promise<Link> {
  return earlier && (await isGood(client, vm, earlier, now())) ? earlier : issueLink(client, vm);
}

async function isGood(client: KubeClient, vm: string, { token, code }: Link, now: number): Promise<boolean> {
  try {
    const { spec, status } = await client.get<GateToken>(types.gateTokens, token, NAMESPACE);
    const machine = await client.get(types.virtualMachines, vm, NAMESPACE);
    return (
      spec['link-hash'] === hashOf(code) &&
      spec.revoked !== true &&
      status?.phase === 'Ready' &&
      status['vm-uid'] === machine.metadata.uid &&
      Date.parse(status.data?.until ?? '') - now >= WORTH_KEEPING_MS
    );
  } catch (error) {
    if (isKubeError(error, 404)) return false;
    throw error;
  }
}

/** As the dashboard does: only the hash of its code is stored. */
async function issueLink(client: KubeClient, vm: string): Promise<Link> {
  const code = randomBytes(24).toString('base64url');
  const { metadata } = await client.create<GateToken>(types.gateTokens, {
    metadata: { generateName: `${vm}-link-`, namespace: NAMESPACE },
    spec: { vm, duration: '8h', 'link-hash': hashOf(code), description: 'made by npm start' },
  });
  return { token: metadata.name ?? '', code };
}

const hashOf = (code: string): string => createHash('sha256').update(code).digest('base64url');

/** When a signed link expires. */
export async function endOf(client: KubeClient, { token }: Link): Promise<Date> {
  const { status } = await client.get<GateToken>(types.gateTokens, token, NAMESPACE);
  return new Date(status?.data?.until ?? '');
}

export function linkCheck(client: KubeClient, { token }: Link): Check {
  const look = async (): Promise<string | undefined> => {
    const { status } = await client.get<GateToken>(types.gateTokens, token, NAMESPACE);
    if (status?.phase === 'Ready') return undefined;
    return stateOf(status);
  };
  return { name: `GateToken ${NAMESPACE}/${token}`, look };
}
