import { OwnClient, Upstream } from '#libs/kube';
import { accountController } from './account/index.js';
import { Cache } from './cache.js';
import { deploymentController } from './deployment/index.js';
import { GarbageCollector } from './garbage/index.js';
import { namespaceController } from './namespace/index.js';
import { replicaSetController } from './replicaset/index.js';

export interface ControllersOptions {
  /** Path of a kubeconfig with every right. */
  kubeconfig: string;
  now?: () => Date;
  onError?: (error: unknown) => void;
}

/** The part of kube-controller-manager that these flows use. Resolves when all of it works. */
export async function start(options: ControllersOptions): Promise<{ stop(): Promise<void> }> {
  const { now = () => new Date(), onError = () => undefined } = options;
  const upstream = Upstream.fromKubeconfig(options.kubeconfig);
  const client = new OwnClient(upstream);
  const cache = new Cache(client, onError);
  const controllers = [
    deploymentController(cache, now, onError),
    replicaSetController(cache, now, onError),
    accountController(cache, String(upstream.tls.ca ?? ''), onError),
    namespaceController(cache, onError),
  ];
  const collector = new GarbageCollector(client, cache, onError);
  await cache.start();
  await collector.start();
  return {
    async stop() {
      await cache.stop();
      await collector.stop();
      await Promise.all(controllers.map((controller) => controller.stop()));
      await upstream.close();
    },
  };
}
