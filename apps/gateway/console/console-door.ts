import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { CONSOLE_ENDS } from '#libs/api';
import { CannotOpen, type ConsoleEnd, consoleEnd, faultEnd } from './ends.js';
import { fence } from './fences.js';
import { type ConsoleOrder, LiveConsole } from './live-console.js';
import { openConsole } from './open-console.js';
import { type ConsoleParts } from './parts.js';

const { goingAway, overloaded, takenOver, upstreamFailed } = CONSOLE_ENDS;

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
      if (!(error instanceof CannotOpen)) this.parts.audit.fault('console', error);
      tunnel.end(faultEnd(error));
    }
  }

  /** Ends every console with 1001: browsers connect anew, to another replica. Resolves when all are closed. */
  async close(): Promise<void> {
    this.#closing = true;
    this.endAll(consoleEnd(goingAway, goingAway.reasons.closing));
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_ALL_MS).unref());
    await Promise.race([Promise.all(this.#finishing), deadline]);
  }

  endAll(end: ConsoleEnd): void {
    for (const live of this.#live) live.tunnel.end(end);
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
    if (this.#closing) throw new CannotOpen(consoleEnd(goingAway, goingAway.reasons.closing));
    if (this.#live.size <= this.parts.limits.maxConsoles) return;
    throw new CannotOpen(consoleEnd(overloaded, overloaded.reasons.full));
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
      return consoleEnd(takenOver, takenOver.reasons.taken);
    }
    const waited = new Promise<void>((resolve) => setTimeout(resolve, EXPLAIN_MS).unref());
    await Promise.race([live.tunnel.ended, waited]);
    return consoleEnd(upstreamFailed, upstreamFailed.reasons.lost);
  }
}
