import { kubeconfigOf, type KubeObject, type OwnClient, types, Upstream } from '#libs/kube';
import { apiServer, clusterCa, tokenOf } from './accounts.js';
import { createToken, readyToken } from './admin.js';
import { cluster } from './cluster.js';
import { FaultyProxy, type Seen } from './faulty-proxy.js';
import { OwnProgram } from './own-program.js';
import { Signatures } from './signatures.js';
import { until } from './until.js';
import { routeWebhook } from './webhook.js';

const OPERATOR = { namespace: 'kube-gateway', deployment: 'kube-gateway-operator' };

interface Scaled extends KubeObject {
  status?: { replicas?: number; readyReplicas?: number };
}

/**
 * An operator and a gateway of the test's own, with what is between them and the API server in the test's hand. The
 * cluster's own operator rests meanwhile; its gateways go on.
 */
export class Between {
  #number = 0;
  readonly #ends: (() => Promise<unknown>)[] = [];
  #operator: OwnProgram | undefined;
  #gate: OwnProgram | undefined;

  private constructor(
    readonly admin: OwnClient,
    readonly proxy: FaultyProxy,
    readonly signatures: Signatures,
  ) {}

  /**
   * Nothing is left behind where it does not come up.
   * @param onAnswer told of what the two get, from their start
   */
  static async start(admin: OwnClient, onAnswer: FaultyProxy['onAnswer'] = () => undefined): Promise<Between> {
    const proxy = await FaultyProxy.start(new URL(apiServer()), clusterCa());
    proxy.onAnswer = onAnswer;
    const between = new Between(admin, proxy, new Signatures(admin, cluster().namespace));
    try {
      await between.#up();
    } catch (error) {
      await between.stop();
      throw error;
    }
    return between;
  }

  async #up(): Promise<void> {
    const { admin, proxy, signatures } = this;
    const { namespace } = cluster();
    this.#ends.push(() => proxy.close());
    await signatures.start();
    this.#ends.push(() => signatures.stop());
    this.#ends.push(() => scaleOperator(admin, 1));
    await scaleOperator(admin, 0);
    const server = { server: `https://127.0.0.1:${proxy.port}`, caData: Buffer.from(proxy.ca).toString('base64') };
    const upstream = new Upstream(kubeconfigOf(server, { token: tokenOf('admin') }));
    this.#ends.push(() => upstream.close());
    this.#operator = await OwnProgram.start(upstream, { ...OPERATOR, podName: 'faults-operator' });
    this.#ends.push(() => this.operator.stop());
    this.#ends.push(await routeWebhook(admin, this.operator.webhookPort));
    this.#gate = await OwnProgram.start(upstream, {
      namespace,
      deployment: 'gateserver-sample',
      podName: 'faults-gateway',
      publicUrls: (port) => `http://127.0.0.1:${port}`,
    });
    this.#ends.push(() => this.gate.stop());
    await this.ready();
  }

  get operator(): OwnProgram {
    return present(this.#operator);
  }

  get gate(): OwnProgram {
    return present(this.#gate);
  }

  async ready(): Promise<void> {
    await Promise.all([this.operator.ready(), this.gate.ready()]);
  }

  /** In the opposite order, each also where the one before failed: files after this one need the cluster's operator. */
  async stop(): Promise<void> {
    const failed: unknown[] = [];
    for (let end = this.#ends.pop(); end; end = this.#ends.pop()) {
      await end().catch((error: unknown) => failed.push(error));
    }
    if (failed.length > 0) throw new AggregateError(failed);
    const tokens = `/apis/kubegateway.kubevirt.io/v1beta1/namespaces/${cluster().namespace}/gatetokens`;
    await (await this.admin.request('DELETE', tokens)).body.dump();
  }

  newName(): string {
    this.#number += 1;
    return `faults-${Date.now().toString(36)}-${this.#number}`;
  }

  /** A signed GateToken that the gateway opens for. */
  async newToken(): Promise<{ name: string; jwt: string }> {
    const name = this.newName();
    await createToken(this.admin, name, { urls: [pods()] });
    const jwt = await readyToken(this.admin, name);
    await until('the gateway opens for it', async () => (await this.open(jwt)) === 200);
    return { name, jwt };
  }

  /** Asks for the pods of the sample's namespace. @returns the status @throws where none comes within five seconds */
  async open(jwt: string): Promise<number> {
    const headers = { authorization: `Bearer ${jwt}` };
    const response = await fetch(`${this.gate.url}/k8s${pods()}`, { headers, signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.status;
  }

  /** Only the operator watches Secrets, and its credential is its own. */
  isOperator({ who }: Seen): boolean {
    return who === this.proxy.seen.find(({ path, watch }) => watch && path.endsWith('/secrets'))?.who;
  }
}

function present(program: OwnProgram | undefined): OwnProgram {
  if (!program) throw new Error('it does not run');
  return program;
}

export const pods = (): string => `/api/v1/namespaces/${cluster().namespace}/pods`;

export const isTokenWatch = ({ watch, path }: Seen): boolean => watch && path.endsWith('/gatetokens');

/** Has the cluster's own operator rest, or work again: its webhook too. */
export async function scaleOperator(admin: OwnClient, replicas: number): Promise<void> {
  await admin.patch(types.deployments, OPERATOR.deployment, OPERATOR.namespace, { spec: { replicas } }, 'merge');
  await until(
    `${replicas} operators`,
    async () => {
      const found = await admin.get<Scaled>(types.deployments, OPERATOR.deployment, OPERATOR.namespace);
      const { items } = await admin.list(types.pods, OPERATOR.namespace);
      const { replicas: all = 0, readyReplicas: ready = 0 } = found.status ?? {};
      return all === replicas && ready === replicas && items.length === replicas;
    },
    60_000,
  );
}
