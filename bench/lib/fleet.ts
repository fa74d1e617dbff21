import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { type GateServer, type GateToken } from '#libs/api';
import { Cluster } from './cluster.ts';
import { Operator, until } from './operator.ts';

const NAMESPACE = 'tokens';
const GROUP = `/apis/kubegateway.kubevirt.io/v1beta1/namespaces/${NAMESPACE}`;
const TOKENS = `${GROUP}/gatetokens`;
const VNC = `/apis/subresources.kubevirt.io/v1/namespaces/${NAMESPACE}/virtualmachineinstances/demo/vnc`;
const CONNECTIONS = 16;
/** Nothing is to be done any more when so many looks at its CPU in a row show none. */
const QUIET_LOOKS = 5;
const QUIET_MS = 40;

/** A GateServer and its GateTokens, seen through a watch, and the operator that is responsible for them. */
export class Fleet {
  readonly cluster: Cluster;
  operator: Operator;
  /** Writes to GateTokens other than their creation and deletion. */
  writes = 0;
  readonly #phases = new Map<string, string | undefined>();
  readonly #pool: Pool;
  readonly #stop = new AbortController();
  #ready = 0;
  #made = 0;

  private constructor(cluster: Cluster, operator: Operator) {
    this.cluster = cluster;
    this.operator = operator;
    this.#pool = new Pool(cluster.url, { connections: 1, connect: { ca: cluster.ca } });
  }

  static async start(): Promise<Fleet> {
    const cluster = await Cluster.start();
    const fleet = new Fleet(cluster, await Operator.start(cluster));
    const gs = { metadata: { name: 'gs' }, spec: { route: 'gateway.bench.example' } };
    await cluster.ask('POST', `${GROUP}/gateservers`, gs);
    await until(async () => {
      const { status } = await cluster.ask<GateServer>('GET', `${GROUP}/gateservers/gs`);
      return status?.['secret-name'] !== undefined;
    });
    fleet.#watch().catch((error: unknown) => {
      if (!fleet.#stop.signal.aborted) throw error;
    });
    return fleet;
  }

  /** Creates so many GateTokens, 16 at a time. @returns seconds until all of them were Ready */
  async issue(count: number): Promise<number> {
    const expected = this.#ready + count;
    const started = performance.now();
    const spec = { urls: [VNC], duration: '12h' };
    const body = { metadata: { generateName: 'gt-', managedFields: managedFields(spec) }, spec };
    await this.inParallel(count, () => this.cluster.ask('POST', TOKENS, body));
    await until(() => this.#ready >= expected);
    return (performance.now() - started) / 1000;
  }

  /** Issues those that are missing of so many. */
  async fill(count: number): Promise<void> {
    if (this.#ready < count) await this.issue(count - this.#ready);
  }

  /** Deletes all GateTokens, and waits until the operator knows. */
  async clear(): Promise<void> {
    const names = [...this.#phases.keys()];
    await this.inParallel(names.length, (i) => this.cluster.ask('DELETE', `${TOKENS}/${names[i] ?? ''}`));
    await until(() => this.#phases.size === 0);
    await this.quiet();
  }

  /** Changes what no decision depends on, so the operator looks at it and writes nothing. */
  async describe(index: number): Promise<void> {
    const name = [...this.#phases.keys()][index % this.#phases.size] ?? '';
    this.#made += 1;
    await this.cluster.ask('PATCH', `${TOKENS}/${name}`, { spec: { description: `change ${this.#made}` } });
    this.writes -= 1;
  }

  /** A Secret that is nobody's signing key. */
  async makeSecret(): Promise<void> {
    await this.#make('/api/v1', 'secrets', {});
  }

  async makeVm(): Promise<void> {
    await this.#make('/apis/kubevirt.io/v1', 'virtualmachines', { spec: {} });
  }

  /** As of a gateway: its GateServer is looked at. */
  async makePod(): Promise<void> {
    const labels = { 'app.kubernetes.io/managed-by': 'kube-gateway-operator', 'app.kubernetes.io/instance': 'gs' };
    await this.#make('/api/v1', 'pods', { status: {} }, labels);
    await this.quiet();
  }

  /** Waits until the operator has nothing to do. */
  async quiet(): Promise<void> {
    const { program } = this.operator;
    for (let [looks, last] = [0, program.cpuSeconds()]; looks < QUIET_LOOKS; await sleep(QUIET_MS)) {
      const cpu = program.cpuSeconds();
      looks = cpu === last ? looks + 1 : 0;
      last = cpu;
    }
  }

  async inParallel(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count) await act(next++);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#pool.destroy();
    await this.operator.stop();
    await this.cluster.stop();
  }

  async #make(api: string, resource: string, rest: object, labels: object = {}): Promise<void> {
    this.#made += 1;
    const object = { metadata: { name: `made-${this.#made}`, labels }, ...rest };
    await this.cluster.ask('POST', `${api}/namespaces/${NAMESPACE}/${resource}`, object);
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    const path = `${TOKENS}?watch=true&resourceVersion=1&timeoutSeconds=86400`;
    const { body } = await this.#pool.request({ method: 'GET', path, signal, bodyTimeout: 0 });
    let rest = '';
    for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') this.#see(JSON.parse(line) as { type: string; object: GateToken });
    }
  }

  #see({ type, object }: { type: string; object: GateToken }): void {
    const { name = '' } = object.metadata;
    const [before, phase] = [this.#phases.get(name), object.status?.phase];
    if (type === 'MODIFIED') this.writes += 1;
    if (phase === 'Error') throw new Error(`GateToken ${name}: ${object.status?.conditions?.[0]?.message}`);
    this.#ready += Number(type !== 'DELETED' && phase === 'Ready') - Number(before === 'Ready');
    if (type === 'DELETED') this.#phases.delete(name);
    else this.#phases.set(name, phase);
  }
}

/** As an API server keeps them of a GateToken that kubectl created and the operator signed. */
function managedFields(spec: object): object[] {
  const fieldsOf = (names: string[]) => Object.fromEntries(names.map((name) => [`f:${name}`, {}]));
  const written = {
    apiVersion: 'kubegateway.kubevirt.io/v1beta1',
    fieldsType: 'FieldsV1',
    time: '2030-01-01T00:00:00Z',
  };
  const data = fieldsOf(['from', 'until', 'duration', 'nbf', 'exp', 'verbs', 'urls']);
  const status = fieldsOf(['approval', 'conditions', 'gate-server', 'link', 'phase', 'token', 'vm-uid']);
  const made = { manager: 'kubectl-create', operation: 'Update', fieldsV1: { 'f:spec': fieldsOf(Object.keys(spec)) } };
  const signed = { manager: 'kube-gateway-operator', operation: 'Apply', subresource: 'status' };
  return [
    { ...written, ...made },
    { ...written, ...signed, fieldsV1: { 'f:status': { ...status, 'f:data': data } } },
  ];
}
