import { Agent, type AgentOptions } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Informer, type OwnClient, types } from '#libs/kube';
import { type Endpoint, endpointsOf } from '../../apps/devcluster/ingress/endpoints.js';
import { type Pod, type Service } from '../../apps/devcluster/ingress/objects.js';

/**
 * A Service as kube-proxy serves it. A new connection goes to one of the pods that were ready a while ago: the change has
 * to reach each node first. One that is refused is not tried elsewhere. An open one stays with its pod.
 */
export class LaggingService {
  #endpoints: readonly Endpoint[] = [];
  #turn = 0;

  private constructor(
    private readonly pods: Informer<Pod>,
    service: Service,
    port: number,
    lagMs: number,
  ) {
    const changed = (): void => {
      const endpoints = endpointsOf(service, { number: port }, pods.list());
      setTimeout(() => (this.#endpoints = endpoints), lagMs).unref();
    };
    pods.on('put', changed).on('delete', changed);
  }

  /** @param port of the Service @param lagMs between a change of a pod's readiness and that of where connections go */
  static async start(
    client: OwnClient,
    where: { namespace: string; name: string; port: number; lagMs: number },
  ): Promise<LaggingService> {
    const { namespace, name, port, lagMs } = where;
    const service = await client.get<Service>(types.services, name, namespace);
    const pods = new Informer<Pod>(client, types.pods, { namespace });
    const lagging = new LaggingService(pods, service, port, lagMs);
    pods.start();
    await pods.synced();
    return lagging;
  }

  /** Where new connections go. */
  get size(): number {
    return this.#endpoints.length;
  }

  /** An agent whose connections go here, whatever host is asked for. */
  agent(options: AgentOptions): Agent {
    const agent = new Agent(options);
    agent.createConnection = () => this.connect();
    return agent;
  }

  async stop(): Promise<void> {
    await this.pods.stop();
  }

  private connect(): Socket {
    this.#turn += 1;
    const endpoint = this.#endpoints[this.#turn % this.#endpoints.length];
    return connect(endpoint ?? { host: '127.0.0.1', port: 1 });
  }
}
