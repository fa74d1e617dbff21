import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { Injectable, Optional } from '@nestjs/common';
import { CONSOLE_ENDS } from '#libs/api';
import { type AuditEvent, Clock } from '#libs/ops';
import { type Refusal } from '../http/refusal.js';
import { auditWho } from '../credentials/credential.js';
import { Audit } from '../ops/audit.js';
import { type Holder } from '../sessions/console-leases.js';
import { ConsoleOpener } from './console-opener.js';
import { CannotOpen, type ConsoleEnd, consoleEnd, faultEnd } from './ends.js';
import { Fences } from './fences.js';
import { type ConsoleOrder, LiveConsole } from './live-console.js';
import { LiveConsoles } from './live-consoles.js';
import { WsTunnels } from './ws-tunnel.js';

const { goingAway, overloaded, takenOver, upstreamFailed } = CONSOLE_ENDS;

/** A cut upstream is explained by what cut it, which can be heard of a little later. */
const EXPLAIN_MS = 1500;
const CLOSE_ALL_MS = 5000;
/** All steps from an answered handshake to a connected console take less, or a viewer would face an empty screen. */
const OPEN_MS = 15_000;

/** Opens consoles whose requests were allowed, keeps them, ends them. */
@Injectable()
export class ConsoleDoor {
  readonly #finishing = new Set<Promise<void>>();
  #closing = false;

  constructor(
    private readonly tunnels: WsTunnels,
    private readonly fences: Fences,
    private readonly opener: ConsoleOpener,
    private readonly consoles: LiveConsoles,
    private readonly audit: Audit,
    private readonly clock: Clock,
    @Optional() private readonly openMs = OPEN_MS,
  ) {}

  /** Answers the handshake first: only a close code tells a browser what went wrong. */
  async open(req: IncomingMessage, socket: Socket, head: Buffer, order: ConsoleOrder): Promise<void> {
    const tunnel = await this.tunnels.accept(req, socket, head);
    const { 'user-agent': userAgent } = req.headers;
    const fault = (error: unknown): void => this.audit.fault('console end', error);
    const live = new LiveConsole({ ...order, ...(userAgent === undefined ? {} : { userAgent }) }, tunnel, fault);
    this.keep(live);
    const late = setTimeout(() => tunnel.end(consoleEnd(overloaded, overloaded.reasons.late)), this.openMs);
    try {
      this.admit();
      this.fences.around(live);
      await this.opener.open(live, () => this.explain(live));
    } catch (error) {
      if (!(error instanceof CannotOpen)) this.audit.fault('console', error);
      tunnel.end(faultEnd(error));
    } finally {
      clearTimeout(late);
    }
  }

  /** A console that was not allowed, where browsers are to know why: they can read a close code, but not a status. */
  async refuse(req: IncomingMessage, socket: Socket, head: Buffer, refusal: Refusal): Promise<void> {
    const tunnel = await this.tunnels.accept(req, socket, head);
    tunnel.end(faultEnd(refusal));
  }

  /** Ends every console with 1001: browsers reconnect, to another replica. Resolves when all are closed. */
  async close(): Promise<void> {
    this.#closing = true;
    this.consoles.endAll(consoleEnd(goingAway, goingAway.reasons.closing));
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_ALL_MS).unref());
    await Promise.race([Promise.all(this.#finishing), deadline]);
  }

  private keep(live: LiveConsole): void {
    this.consoles.add(live);
    const began = this.clock.monotonic();
    const finishing = live.tunnel.ended
      .then((end) => this.finish(live, end, this.clock.monotonic() - began))
      .finally(() => this.#finishing.delete(finishing));
    this.#finishing.add(finishing);
  }

  private admit(): void {
    if (this.#closing) throw new CannotOpen(consoleEnd(goingAway, goingAway.reasons.closing));
    if (this.consoles.overfull) throw new CannotOpen(consoleEnd(overloaded, overloaded.reasons.full));
  }

  private async finish(live: LiveConsole, end: ConsoleEnd, lasted: number): Promise<void> {
    this.consoles.delete(live, end);
    this.audit.write(endOf(live, end, lasted));
    // The guest's side is closed now or soon: only then may someone else take its place.
    await live.tunnel.closed;
    await live.undo();
  }

  /** The cluster closed the guest's side: someone took over, the VM stopped, or the reason is unknown. */
  private async explain(live: LiveConsole): Promise<ConsoleEnd> {
    const by = await this.takenBy(live);
    if (by !== undefined) return consoleEnd(takenOver, takenOver.reasons[by]);
    const waited = new Promise<void>((resolve) => setTimeout(resolve, EXPLAIN_MS).unref());
    await Promise.race([live.tunnel.ended, waited]);
    return consoleEnd(upstreamFailed, upstreamFailed.reasons.lost);
  }

  /** The console is lost either way: a fault of the question is logged, and the reason stays unknown. */
  private async takenBy(live: LiveConsole): Promise<Holder | undefined> {
    try {
      return await live.takenBy?.();
    } catch (error) {
      this.audit.fault('console lease', error);
      return undefined;
    }
  }
}

/** A console that was never recorded did not open. @param lasted milliseconds */
function endOf(live: LiveConsole, { code, reason: why, byViewer }: ConsoleEnd, lasted: number): AuditEvent {
  const { session, what, tunnel, order } = live;
  const [who, from] = [auditWho(order.credential), order.address];
  if (session === undefined) {
    const rule = byViewer ? 'viewer' : 'console';
    return { audit: 'open', outcome: byViewer ? 'failed' : 'refused', who, from, what, code, rule, why };
  }
  const bytes = { 'bytes-in': tunnel.bytesIn, 'bytes-out': tunnel.bytesOut };
  return {
    audit: 'close',
    outcome: 'ended',
    who,
    from,
    what,
    session,
    code,
    why,
    seconds: Math.round(lasted) / 1000,
    ...bytes,
  };
}
