import { isKubeError, type KubeClient, type KubeObject, types } from '#libs/kube';
import { type Images } from './images.js';
import { type ReadData } from './environment.js';

export interface NodeContext {
  client: KubeClient;
  images: Images;
  /** Folder of the pods: one sub-folder a pod, named by its UID. */
  dir: string;
  /** Where the pods find the API server. */
  api: { host: string; port: string; ca: string | Buffer };
  now: () => Date;
  /** Something worth a line in `kubectl describe pod`. */
  event: (object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string) => void;
  /** A fault that nobody else hears of. */
  onError: (error: unknown) => void;
}

/** Reads Secrets and ConfigMaps of one namespace as plain text. */
export function dataReader(client: KubeClient, namespace: string): ReadData {
  return async (kind, name) => {
    try {
      const type = kind === 'Secret' ? types.secrets : types.configMaps;
      const { data = {} } = await client.get<KubeObject & { data?: Record<string, string> }>(type, name, namespace);
      if (kind === 'ConfigMap') return data;
      return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
      );
    } catch (error) {
      if (isKubeError(error, 404)) return undefined;
      throw error;
    }
  };
}
