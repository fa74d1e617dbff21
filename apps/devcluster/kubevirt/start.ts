import { KubeClient, Upstream } from '#libs/kube';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';
import { Controllers } from './controllers/controllers.js';
import { builtInGuests } from './guests.js';
import { installApi, installKinds } from './install/install.js';
import { type MachineFactory } from './machine.js';
import { findFrontProxy } from './server/front-proxy.js';
import { Objects } from './server/objects.js';
import { SubresourceServer } from './server/server.js';
import { Streams } from './server/streams.js';
import { Viewers } from './server/viewers.js';

export interface KubevirtOptions {
  /** Path of a kubeconfig with all rights. */
  kubeconfig: string;
  /** What a machine is; default: the built-in guest. */
  factory?: MachineFactory;
  /** Told of faults that are tried again. */
  onError?: (error: unknown) => void;
}

export interface Kubevirt {
  /** Port of the aggregated API on loopback. */
  port: number;
  stop(): Promise<void>;
}

/**
 * KubeVirt in small: kinds, roles, controllers, machines and the aggregated API. Resolves when all of it runs and the
 * API server knows where to forward to.
 */
export async function start(options: KubevirtOptions): Promise<Kubevirt> {
  const { onError = () => undefined, factory = builtInGuests.factory('') } = options;
  const upstream = Upstream.fromKubeconfig(options.kubeconfig);
  const client = new KubeClient(upstream);
  const controllers = new Controllers(client, factory, onError);
  let server: SubresourceServer | undefined;
  const stop = async (): Promise<void> => {
    await server?.close();
    await controllers.stop();
    await upstream.close();
  };
  try {
    const prepared = Promise.all([certify(), findFrontProxy(client)]);
    await Promise.all([prepared, installKinds(client).then(() => controllers.start())]);
    const [{ ca, certificate }, frontProxy] = await prepared;
    const objects = new Objects(client);
    const viewers = new Viewers();
    server = new SubresourceServer({
      certificate,
      frontProxy,
      objects,
      viewers,
      machines: controllers.machines,
      streams: new Streams(objects, controllers.machines, viewers),
      changed: (namespace, name) => controllers.poke(namespace, name),
    });
    const port = await server.listen();
    await installApi(client, port, ca);
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A new authority and its certificate at every start: the API server gets both. */
async function certify(): Promise<{ ca: string; certificate: PemPair }> {
  const ca = await makeCa({ cn: 'kubevirt.io' });
  const dns = ['localhost', 'virt-api.kubevirt.svc'];
  return { ca: ca.cert, certificate: await makeCertificate(ca, { cn: 'virt-api', dns, ips: ['127.0.0.1'] }) };
}
