import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { CLOSE } from '#libs/api';
import { faultEnd } from './fault-end.js';
import { fence } from './fences.js';
import { CannotOpen, type ConsoleOrder, LiveConsole } from './live-console.js';
import { openConsole } from './open-console.js';
import { type ConsoleParts } from './parts.js';
import { type ConsoleEnd } from './tunnel.js';

/** A cut upstream is explained by what cut it, which can be heard of a little later. */
const EXPLAIN_MS = 1500;
const CLOSE_ALL_MS = 5000;

/** Opens consoles whose requests were allowed, keeps them, ends them. */
export class ConsoleDoor {
  readonly #live = new Set<LiveConsole>();
  readonly #finishing = new Set<Promise<void>>();
  #closing = false;

  constructor(private readonly parts: ConsoleParts) {}

  get live(): ReadonlySet<LiveConsole> {
    return this.#live;
  }

  /** Answers the handshake first: only a close code tells a browser what went wrong. */
  async open(req: IncomingMessage, socket: Socket, head: Buffer, order: ConsoleOrder): Promise<void> {
    const tunnel = await this.parts.tunnels.accept(req, socket, head);
    const { 'user-agent': userAgent } = req.headers;
    const live = new LiveConsole({ ...order, ...(userAgent === undefined ? {} : { userAgent }) }, tunnel);
    this.keep(live);
    try {
      this.admit();
      fence(live, this.parts);
      await openConsole(live, this.parts, () => this.explain(live));
    } catch (error) {
      const end = error instanceof CannotOpen ? error : this.broken(error);
      tunnel.end(end.code, end.reason);
    }
  }

  /** Ends every console with 1001: browsers connect anew, to another replica. Resolves when all are closed. */
  async close(): Promise<void> {
    this.#closing = true;
    this.endAll(CLOSE.goingAway, 'The gateway shuts down: connect again.');
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_ALL_MS).unref());
    await Promise.race([Promise.all(this.#finishing), deadline]);
  }

  endAll(code: number, reason: string): void {
    for (const live of this.#live) live.tunnel.end(code, reason);
  }

  private keep(live: LiveConsole): void {
    this.#live.add(live);
    this.parts.metrics.consoles(this.#live.size);
    const finishing = live.tunnel.ended
      .then((end) => this.finish(live, end))
      .finally(() => this.#finishing.delete(finishing));
    this.#finishing.add(finishing);
  }

  private admit(): void {
    if (this.#closing) throw new CannotOpen(CLOSE.goingAway, 'The gateway shuts down: connect again.');
    if (this.#live.size <= this.parts.limits.maxConsoles) return;
    throw new CannotOpen(CLOSE.overloaded, 'The gateway holds as many consoles as it may. Try again later.');
  }

  private async finish(live: LiveConsole, { code, reason }: ConsoleEnd): Promise<void> {
    this.#live.delete(live);
    const { metrics, audit } = this.parts;
    metrics.consoles(this.#live.size);
    metrics.consoleEnded(code);
    const { bytesIn, bytesOut } = live.tunnel;
    const { vm, kind } = live.order.target;
    audit.ended({ session: live.session ?? '', who: live.who, vm, kind, code, reason, bytesIn, bytesOut });
    // The guest's side is closed by now or soon: only then may somebody else have its place.
    await live.tunnel.closed;
    await live.undo((error) => audit.fault('console end', error));
  }

  /** The guest's side was closed by the cluster. Why: somebody took over, the VM stopped, or nobody knows. */
  private async explain(live: LiveConsole): Promise<ConsoleEnd> {
    if (live.isTaken !== undefined && (await live.isTaken())) {
      return { code: CLOSE.takenOver, reason: 'Somebody else has taken over this console.' };
    }
    const waited = new Promise<void>((resolve) => setTimeout(resolve, EXPLAIN_MS).unref());
    await Promise.race([live.tunnel.ended, waited]);
    return { code: CLOSE.upstreamFailed, reason: 'The connection to the virtual machine was lost.' };
  }

  private broken(error: unknown): ConsoleEnd {
    this.parts.audit.fault('console', error);
    return faultEnd(error);
  }
}
