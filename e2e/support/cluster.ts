import { inject } from 'vitest';

export type ClusterKind = 'embedded' | 'real';

/** What a test knows of the cluster that it runs on: plain values, found out once by global-setup.ts. */
export interface ClusterInfo {
  /** `http://localhost:PORT`: the gateway of the sample GateServer. */
  url: string;
  /** Host name of the sample GateServer. */
  route: string;
  /** Port on which `https://ROUTE` is reachable on loopback. */
  httpsPort: number;
  /** Path of the kubeconfig with the contexts admin, dev, viewer. */
  kubeconfig: string;
  /** Folder with `oc`, `kubectl` and `jq`. */
  bin: string;
  /** The launcher's data folder. */
  data: string;
  /** Namespace of the sample. */
  namespace: string;
  /** Path of the browser. */
  chromium: string;
  /** What serves the API. No test may go by it: what runs on one runs on the other. */
  kind: ClusterKind;
}

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: ClusterInfo;
  }
}

export function cluster(): ClusterInfo {
  return inject('cluster');
}
