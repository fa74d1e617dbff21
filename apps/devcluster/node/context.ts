import { type V1Secret } from '@kubernetes/client-node';
import { isKubeError, type KubeClient, type KubeObject, type Served, types } from '#libs/kube';
import { type Images } from './images.js';
import { type ReadSecret } from './environment.js';

export interface NodeContext {
  client: KubeClient;
  images: Images;
  /** Folder of the pods: one sub-folder a pod, named by its UID. */
  dir: string;
  /** Folder of the containers' logs: NAMESPACE_POD_CONTAINER.RUN.log. */
  logs: string;
  /** Where the pods find the API server. */
  api: { host: string; port: string; ca: string | Buffer };
  now: () => Date;
  /** Something worth a line in `kubectl describe pod`. */
  event: (object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string) => void;
  /** A fault that nobody else hears of. */
  onError: (error: unknown) => void;
}

/** Reads Secrets of one namespace as plain text. */
export function secretReader(client: KubeClient, namespace: string): ReadSecret {
  return async (name) => {
    try {
      const { data = {} } = await client.get<Served<V1Secret>>(types.secrets, name, namespace);
      const decode = (value: string): string => Buffer.from(value, 'base64').toString('utf8');
      return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)]));
    } catch (error) {
      if (isKubeError(error, 404)) return undefined;
      throw error;
    }
  };
}
