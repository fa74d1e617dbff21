import { rm } from 'node:fs/promises';
import { ContainerLog, type LogOptions } from './log.js';
import { type ContainerStatus } from './pod.js';

/** Why a log cannot be had; the API server passes the words on with 400. */
export class NoLog extends Error {}

/** The logs of one container, one a run; the last two are kept. */
export class ContainerRuns {
  private count = 0;
  private last: ContainerLog | undefined;
  private before: ContainerLog | undefined;

  /** @param file path of the logs, to which the number of the run is added */
  constructor(
    private readonly file: string,
    private readonly options: LogOptions,
  ) {}

  /** A run begins. @returns its log, to be closed when it has ended */
  begin(): ContainerLog {
    const old = this.before;
    this.before = this.last;
    this.last = new ContainerLog(`${this.file}.${this.count}.log`, this.options);
    this.count += 1;
    if (old)
      void old.close().then(() => Promise.all([old.file, `${old.file}.1`].map((file) => rm(file, { force: true }))));
    return this.last;
  }

  /** Resolves when what the last run wrote is in its file. */
  async end(): Promise<void> {
    await this.last?.close();
  }

  /**
   * The log that is meant, as the kubelet chooses (validateContainerLogStatus in pkg/kubelet/kubelet_pods.go).
   * @throws NoLog where there is none
   */
  choose({ name, state, lastState }: ContainerStatus, pod: string, previous: boolean): ContainerLog {
    // Between two runs the last one is the present and the previous one.
    const between = state.waiting !== undefined || state.terminated === lastState.terminated;
    const log = previous && !between ? this.before : this.last;
    if (previous && (!lastState.terminated || !log)) {
      throw new NoLog(`previous terminated container "${name}" in pod "${pod}" not found`);
    }
    if (log) return log;
    const reason = state.waiting?.reason ?? 'ContainerCreating';
    const why = reason === 'ErrImagePull' ? `image can't be pulled` : reason;
    throw new NoLog(`container "${name}" in pod "${pod}" is waiting to start: ${why}`);
  }
}
