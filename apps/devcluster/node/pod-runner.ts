import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isKubeError, types } from '#libs/kube';
import { ProjectedAccount } from './account.js';
import { ContainerRunner, type ContainerHost } from './container.js';
import { type NodeContext, secretReader } from './context.js';
import { ConfigError, nodeVariables, resolveEnvironment } from './environment.js';
import { type Container, type Pod, type PodStatus, PORTS_ANNOTATION } from './pod.js';
import { allotPorts, listenVariables, type PortMap, realPort } from './ports.js';
import { type ContainerLog } from './log.js';
import { podStatus } from './status.js';
import { StatusWriter } from './status-writer.js';

/** Everything that one pod is on this node: its account's files, its containers, its status. */
export class PodRunner implements ContainerHost {
  readonly dir: string;
  readonly logs: string;
  readonly now: () => Date;
  private readonly containers: ContainerRunner[];
  private readonly account: ProjectedAccount;
  private readonly writer: StatusWriter;
  private readonly ports: PortMap = new Map();
  private announced = '';
  private accountReady = false;
  private status: PodStatus | undefined;
  private ending: Promise<void> | undefined;

  constructor(
    private pod: Pod,
    private readonly context: NodeContext,
  ) {
    this.dir = join(context.dir, pod.metadata.uid ?? '');
    this.logs = join(context.logs, `${pod.metadata.namespace}_${pod.metadata.name}`);
    this.now = context.now;
    this.account = new ProjectedAccount(context.client, pod, join(this.dir, 'serviceaccount'), context.api.ca);
    this.writer = new StatusWriter(context.client, pod, context.onError);
    this.containers = pod.spec.containers.map((container) => new ContainerRunner(container, this));
  }

  get uid(): string {
    return this.pod.metadata.uid ?? '';
  }

  start(): void {
    this.changed();
    for (const container of this.containers) void container.start();
  }

  /** Takes a newer state of the same pod. */
  update(pod: Pod): void {
    this.pod = pod;
    pod.spec.containers.forEach((container, index) => this.containers[index]?.update(container));
  }

  /** The log of a container's run; undefined where the pod has no such container. @throws NoLog where there is none */
  log(container: string, previous: boolean): ContainerLog | undefined {
    const runner = this.containers.find(({ name }) => name === container);
    return runner?.log(this.pod.metadata.name ?? '', previous);
  }

  /** Ends the processes within `graceMs`, then takes the pod off the API server. */
  terminate(graceMs: number): Promise<void> {
    this.ending ??= this.stop(graceMs).then(() => this.remove());
    return this.ending;
  }

  /** Ends the processes within `graceMs` and leaves the object alone. */
  async stop(graceMs: number, signal?: NodeJS.Signals): Promise<void> {
    this.account.stop();
    await Promise.all(this.containers.map((container) => container.stop(graceMs, signal)));
    await this.writer.flushed();
    this.writer.stop();
  }

  program(image: string): string | undefined {
    return this.context.images.get(image);
  }

  async environment(container: Container): Promise<Record<string, string>> {
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    await this.prepareAccount();
    await allotPorts(container, this.ports);
    await this.announcePorts();
    const read = secretReader(this.context.client, this.namespace);
    return {
      ...nodeVariables(this.pod.metadata.name ?? '', this.context.api),
      ...(await resolveEnvironment(this.pod, container.env ?? [], read)),
      ...listenVariables(container, this.ports),
      SERVICE_ACCOUNT_DIR: this.account.dir,
    };
  }

  realPort(container: Container, port: number | string): number | undefined {
    return realPort(container, this.ports, port);
  }

  changed(): void {
    const containers = this.containers.map((container) => container.status());
    this.status = podStatus(containers, this.status ?? this.pod.status, this.now());
    this.writer.write(this.status);
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.event(this.pod, type, reason, message);
  }

  private get namespace(): string {
    return this.pod.metadata.namespace ?? '';
  }

  private async prepareAccount(): Promise<void> {
    // An API server that gives no account to a pod that names none will not give it a token either.
    if (this.accountReady || !this.pod.spec.serviceAccountName) return;
    try {
      await this.account.start();
      this.accountReady = true;
    } catch (error) {
      if (isKubeError(error, 404)) throw new ConfigError(error.message);
      throw error;
    }
  }

  private async announcePorts(): Promise<void> {
    const text = JSON.stringify(Object.fromEntries(this.ports));
    if (text === this.announced) return;
    const body = { metadata: { annotations: { [PORTS_ANNOTATION]: text } } };
    await this.context.client.patch(types.pods, this.pod.metadata.name ?? '', this.namespace, body, 'merge');
    this.announced = text;
  }

  private async remove(): Promise<void> {
    const { name = '', uid } = this.pod.metadata;
    try {
      const options = { gracePeriodSeconds: 0, ...(uid === undefined ? {} : { uid }) };
      await this.context.client.delete(types.pods, name, this.namespace, options);
    } catch (error) {
      if (!isKubeError(error, 404, 409)) this.context.onError(error);
    }
  }
}
