import { type V1APIServiceSpec } from '@kubernetes/client-node';
import { type Wire } from '#libs/wire';
import { type KubeObject } from '../types.js';

/** A group version that another server serves, as an APIService object with `spec.service` says it. */
export interface RemoteService {
  group: string;
  version: string;
  service: { namespace: string; name: string; port: number };
  /** PEM; without it the machine's own roots count. */
  ca: string | undefined;
  insecure: boolean;
  groupPriority: number;
  versionPriority: number;
}

/** Reads one; undefined for group versions that this server serves itself. */
export function remoteService(object: KubeObject): RemoteService | undefined {
  const spec = (object.spec ?? {}) as Partial<Wire<V1APIServiceSpec>>;
  const { namespace, name, port = 443 } = spec.service ?? {};
  if (!spec.version || !namespace || !name) return undefined;
  return {
    group: spec.group ?? '',
    version: spec.version,
    service: { namespace, name, port },
    ca: spec.caBundle ? Buffer.from(spec.caBundle, 'base64').toString('utf8') : undefined,
    insecure: spec.insecureSkipTLSVerify === true,
    groupPriority: spec.groupPriorityMinimum ?? 0,
    versionPriority: spec.versionPriority ?? 0,
  };
}
