import { mkdir, rm } from 'node:fs/promises';
import { EventRecorder, isKubeError, OwnClient, types, Upstream } from '#libs/kube';
import { type NodeContext } from './context.js';
import { type Images, knownImages } from './images.js';
import { Kubelet } from './kubelet.js';
import { registerNode } from './node-object.js';
import { NodePods } from './pods.js';

export { type DetachedOptions, runDetached } from './detached.js';
export { type Images } from './images.js';

const NODE_NAME = 'local';
/** What a program gets to end itself when the whole cluster stops. */
const STOP_GRACE_MS = 2500;

export interface NodeOptions {
  /** Path of a kubeconfig with every right. */
  kubeconfig: string;
  /** Folder of the node's own: account files of the pods. */
  data: string;
  /** Folder of the node's own: logs of the pods. */
  logs: string;
  images?: Images;
  now?: () => Date;
  onError?: (error: unknown) => void;
}

/** The node `local`: runs the pods of known images as processes of this machine until `stop`. */
export async function start(options: NodeOptions): Promise<{ stop(): Promise<void> }> {
  const upstream = Upstream.fromKubeconfig(options.kubeconfig);
  const client = new OwnClient(upstream);
  const onError = options.onError ?? (() => undefined);
  const now = options.now ?? (() => new Date());
  const events = new EventRecorder(client, {
    component: 'kubelet',
    instance: NODE_NAME,
    now,
    // A pod or its namespace may be gone by the time its event is written.
    onError: (error) => isKubeError(error, 403, 404, 409) || onError(error),
  });
  // Logs and tokens of pods that are gone.
  for (const folder of [options.data, options.logs]) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const context: NodeContext = {
    client,
    images: options.images ?? knownImages(),
    dir: options.data,
    logs: options.logs,
    api: { host: upstream.server.hostname, port: upstream.server.port || '443', ca: upstream.tls.ca ?? '' },
    now,
    event: (pod, type, reason, message) => events.record(pod, type, reason, message, types.pods),
    onError,
  };
  const pods = new NodePods(NODE_NAME, context);
  const kubelet = new Kubelet(pods, upstream.tls.ca ?? '');
  await registerNode(client, NODE_NAME, await kubelet.start(), now());
  await pods.start();
  return {
    async stop() {
      await pods.stop(STOP_GRACE_MS);
      await kubelet.stop();
      await upstream.close();
    },
  };
}
