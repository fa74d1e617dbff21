import { constants } from 'node:os';
import { rfc3339 } from '#libs/kube';
import { Child, type Exit, nodeProgram } from '../process/child.js';
import { Backoff } from './backoff.js';
import { ConfigError } from './environment.js';
import { type Container, type ContainerState, type ContainerStatus, type Probe } from './pod.js';
import { type ContainerLog } from './log.js';
import { Prober } from './probe.js';
import { ContainerRuns } from './runs.js';

type Terminated = NonNullable<ContainerState['terminated']>;

/** How soon a missing ConfigMap, Secret or account is looked for again. */
const CONFIG_RETRY_MS = 2000;

/** What a container asks of its pod. */
export interface ContainerHost {
  /** Path of the program of an image; undefined where the image is not known. */
  program(image: string): string | undefined;
  /** Environment for the next start; allots ports. Rejects with a ConfigError for what can be cured from outside. */
  environment(container: Container): Promise<Record<string, string>>;
  realPort(container: Container, port: number | string): number | undefined;
  /** The state has changed. */
  changed(): void;
  event(type: 'Normal' | 'Warning', reason: string, message: string): void;
  readonly dir: string;
  /** Path of the pod's logs, to which the container's name is added. */
  readonly logs: string;
  readonly now: () => Date;
}

/** How often a container that is coming up is looked at: a start is seen soon. */
const EAGER_MS = 200;

/** The same patience in more tries. */
function eagerly(probe: Probe): Probe {
  const patienceMs = (probe.failureThreshold ?? 3) * (probe.periodSeconds ?? 10) * 1000;
  return { ...probe, failureThreshold: Math.ceil(patienceMs / EAGER_MS) };
}

/** One container as a local process: started, probed, started again with growing waits, until `stop`. */
export class ContainerRunner {
  private readonly runs: ContainerRuns;
  private state: ContainerState = { waiting: { reason: 'ContainerCreating' } };
  private lastState: ContainerState = {};
  private ready = false;
  private startedUp = true;
  private restartCount = 0;
  private child: Child | undefined;
  private probers: Prober[] = [];
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;
  private readonly backoff = new Backoff();

  constructor(
    private container: Container,
    private readonly host: ContainerHost,
  ) {
    this.runs = new ContainerRuns(`${host.logs}_${container.name}`, {
      now: host.now,
      onError: (error) =>
        host.event('Warning', 'FailedToWriteLog', `Log lines of ${container.name} are lost: ${String(error)}`),
    });
  }

  get name(): string {
    return this.container.name;
  }

  private get image(): string {
    return this.container.image ?? '';
  }

  status(): ContainerStatus {
    const id = this.containerId();
    return {
      name: this.container.name,
      image: this.image,
      imageID: this.host.program(this.image) ? `local://${this.image}` : '',
      ...(id === undefined ? {} : { containerID: id }),
      state: this.state,
      lastState: this.lastState,
      ready: this.ready,
      started: this.state.running !== undefined && this.startedUp,
      restartCount: this.restartCount,
    };
  }

  /** The log of a run. @throws NoLog where there is none */
  log(pod: string, previous: boolean): ContainerLog {
    return this.runs.choose(this.status(), pod, previous);
  }

  /** Starts the process, or says why it cannot and tries again later. */
  async start(): Promise<void> {
    if (this.stopping) return;
    const program = this.host.program(this.image);
    if (program === undefined) return this.unknownImage();
    try {
      const env = await this.host.environment(this.container);
      if (!this.stopping) this.run(program, env);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== this.state.waiting?.message) this.host.event('Warning', 'Failed', `Error: ${message}`);
      this.wait(error instanceof ConfigError ? 'CreateContainerConfigError' : 'CreateContainerError', message);
      this.later(CONFIG_RETRY_MS);
    }
  }

  /** Takes a changed spec: another image is started at once where the former one could not be had. */
  update(container: Container): void {
    const changed = container.image !== this.image;
    this.container = container;
    if (!changed || this.stopping) return;
    if (this.child) return void this.child.stop(2000);
    this.later(0);
  }

  /** Ends the process: `signal`, SIGKILL after `graceMs`; does not start it again. */
  async stop(graceMs: number, signal?: NodeJS.Signals): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    if (this.child) this.host.event('Normal', 'Killing', `Stopping container ${this.name}`);
    await this.child?.stop(graceMs, signal);
    await this.runs.end();
  }

  private run(program: string, env: Record<string, string>): void {
    const child = new Child(nodeProgram(program, ...(this.container.args ?? [])), { env, cwd: this.host.dir });
    this.child = child;
    const log = this.runs.begin();
    log.follow(child.stdout);
    log.follow(child.stderr);
    this.state = { running: { startedAt: rfc3339(this.host.now()) } };
    this.ready = this.container.readinessProbe === undefined;
    this.startedUp = this.container.startupProbe === undefined;
    this.host.event('Normal', 'Pulled', `Container image "${this.image}" already present on machine`);
    this.host.event('Normal', 'Created', `Created container: ${this.name}`);
    this.host.event('Normal', 'Started', `Started container ${this.name}`);
    this.probe();
    void child.exited.then((exit) => {
      void log.close();
      this.ended(exit);
    });
    this.host.changed();
  }

  private probe(): void {
    const { readinessProbe, livenessProbe, startupProbe } = this.container;
    const port = (probe: typeof readinessProbe) => (): number | undefined => {
      const named = probe?.httpGet?.port;
      return named === undefined ? undefined : this.host.realPort(this.container, named);
    };
    if (readinessProbe) {
      this.probers.push(new Prober(readinessProbe, port(readinessProbe), (well) => this.setReady(well), EAGER_MS));
    }
    const live = (): void => {
      if (!livenessProbe) return;
      this.probers.push(new Prober(livenessProbe, port(livenessProbe), (well, why) => well || this.unwell(why)));
    };
    if (!startupProbe) return live();
    const up = (): void => {
      this.startedUp = true;
      live();
      this.host.changed();
    };
    const onVerdict = (well: boolean, why: string): void => (well ? up() : this.unwell(why));
    this.probers.push(new Prober(eagerly(startupProbe), port(startupProbe), onVerdict, EAGER_MS));
  }

  private setReady(well: boolean): void {
    this.ready = well;
    this.host.changed();
  }

  private unwell(why: string): void {
    this.host.event('Warning', 'Unhealthy', `Liveness probe failed: ${why}; container ${this.name} will be restarted`);
    void this.child?.stop(5000);
  }

  private ended(exit: Exit): void {
    this.probers.forEach((prober) => prober.stop());
    this.probers = [];
    const terminated = this.terminated(exit);
    this.child = undefined;
    this.ready = false;
    this.state = { terminated };
    if (!this.stopping) this.restart(terminated);
    this.host.changed();
  }

  private restart(terminated: Terminated): void {
    const ran = Date.parse(terminated.finishedAt ?? '') - Date.parse(terminated.startedAt ?? '');
    const wait = this.backoff.next(ran);
    this.lastState = { terminated };
    this.restartCount += 1;
    if (wait > 0) {
      const message = `back-off ${wait / 1000}s restarting failed container=${this.name}`;
      this.state = { waiting: { reason: 'CrashLoopBackOff', message } };
      this.host.event('Warning', 'BackOff', message);
    }
    this.later(wait);
  }

  private terminated({ code, signal }: Exit): Terminated {
    const number = signal === null ? undefined : constants.signals[signal];
    const exitCode = code ?? 128 + (number ?? 0);
    return {
      exitCode,
      ...(number === undefined ? {} : { signal: number }),
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: this.state.running?.startedAt ?? rfc3339(this.host.now()),
      finishedAt: rfc3339(this.host.now()),
      containerID: this.containerId() ?? '',
    };
  }

  private unknownImage(): void {
    const cause = `this node runs only the images of apps/devcluster/node/images.json, not "${this.image}"`;
    this.host.event('Warning', 'Failed', `Failed to pull image "${this.image}": ${cause}`);
    this.wait('ErrImagePull', cause);
  }

  private wait(reason: string, message: string): void {
    this.state = { waiting: { reason, message } };
    this.host.changed();
  }

  private later(ms: number): void {
    if (this.stopping) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.start(), ms);
  }

  private containerId(): string | undefined {
    return this.child?.pid === undefined ? undefined : `process://${this.child.pid}`;
  }
}
