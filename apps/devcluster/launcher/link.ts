import { createHash, randomBytes } from 'node:crypto';
import { type KubeClient, type KubeObject, types } from '#libs/kube';
import { NAMESPACE } from './credentials.js';
import { type Check } from './readiness.js';

interface GateToken extends KubeObject {
  spec: { vm: string; duration: string; 'link-hash': string; description: string };
  status?: { phase?: string; conditions?: { status: string; message?: string }[] };
}

/** Issues a link to the console of a VM, as the dashboard does: only the hash of its code is stored. */
export async function issueLink(client: KubeClient, vm: string): Promise<{ code: string; ready: Check }> {
  const code = randomBytes(24).toString('base64url');
  const made = await client.create<GateToken>(types.gateTokens, {
    metadata: { generateName: `${vm}-link-`, namespace: NAMESPACE },
    spec: {
      vm,
      duration: '8h',
      'link-hash': createHash('sha256').update(code).digest('base64url'),
      description: 'made by npm start',
    },
  });
  const name = made.metadata.name ?? '';
  const look = async (): Promise<string | undefined> => {
    const { status } = await client.get<GateToken>(types.gateTokens, name, NAMESPACE);
    if (status?.phase === 'Ready') return undefined;
    return (
      status?.conditions?.find((condition) => condition.status === 'False')?.message ?? status?.phase ?? 'no status'
    );
  };
  return { code, ready: { name: `GateToken ${NAMESPACE}/${name}`, look } };
}
