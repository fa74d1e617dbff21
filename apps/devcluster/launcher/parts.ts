export interface Stoppable {
  stop(): Promise<void>;
}

/** What was started, stopped in the opposite order; a fault of one does not keep the others up. */
export class Parts {
  private readonly started: Stoppable[] = [];
  private stopping: Promise<void> | undefined;

  constructor(private readonly onError: (error: unknown) => void) {}

  /** Keeps a part for `stop`. One that comes up while all is being stopped is stopped at once. */
  async add<T extends Stoppable>(starting: Promise<T>): Promise<T> {
    const part = await starting;
    if (this.stopping) await this.end(part);
    else this.started.push(part);
    return part;
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  private async stopAll(): Promise<void> {
    for (let part = this.started.pop(); part; part = this.started.pop()) await this.end(part);
  }

  private async end(part: Stoppable): Promise<void> {
    await part.stop().catch(this.onError);
  }
}
