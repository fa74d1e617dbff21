import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Upstream } from '#libs/kube';
import { Clock } from '#libs/ops';
import { CONSOLE_ENDS } from '#libs/api';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { Refusal } from '../http/refusal.js';
import { type ConsoleEnd, consoleEnd } from './ends.js';
import { Side } from './side.js';
import { chooseProtocol, PLAIN } from './subprotocol.js';
import { type InputFilter, type Tunnel, type TunnelMaker, UpstreamRefused, type UpstreamTarget } from './tunnel.js';
import { ViewerSocket } from './viewer-socket.js';

const { notAllowed, upstreamFailed } = CONSOLE_ENDS;

/** One side stops reading while this much waits for the other, and goes on below the second mark. */
const HIGH_WATER = 1024 * 1024;
const LOW_WATER = 256 * 1024;
/** The largest message of a viewer: a pasted text. */
const LARGEST_INPUT = 1024 * 1024;
/** Before the guest is joined, a viewer is read until this many messages, or as many bytes as the largest has, wait. */
const MOST_EARLY = 1024;
/** After the close frame a side has this long before its socket is cut. */
const CLOSE_MS = 2000;
const LONGEST_REASON = 123;
const LONGEST_BODY = 16 * 1024;

/** Terminates both websockets and carries messages between them. */
@Injectable()
export class WsTunnels implements TunnelMaker {
  readonly #server = new WebSocketServer({
    WebSocket: ViewerSocket,
    noServer: true,
    perMessageDeflate: false,
    maxPayload: LARGEST_INPUT,
    handleProtocols: (offered) => chooseProtocol(offered) ?? false,
  });

  constructor(
    private readonly upstream: Upstream,
    private readonly clock: Clock,
  ) {}

  accept(req: IncomingMessage, socket: Socket, head: Buffer): Promise<Tunnel> {
    return new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Refusal(400, 'The browser closed the connection.'));
      // The library answers a broken handshake with 400 by itself and then only closes.
      socket.once('close', () => reject(new Refusal(400, 'The WebSocket handshake failed.')));
      this.#server.handleUpgrade(req, socket, head, (browser) => {
        resolve(new WsTunnel(browser, socket, this.upstream, () => this.clock.now()));
      });
    });
  }
}

class WsTunnel implements Tunnel {
  bytesIn = 0;
  bytesOut = 0;
  lastInput: number;
  readonly ended: Promise<ConsoleEnd>;
  readonly closed: Promise<void>;
  #end: ConsoleEnd | undefined;
  #tellEnd: (end: ConsoleEnd) => void = () => undefined;
  #guest: WebSocket | undefined;
  readonly #viewer: Side;
  #joined: Side | undefined;
  readonly #early: Buffer[] = [];
  #earlyBytes = 0;
  #receive = (data: Buffer): void => this.hold(data);

  constructor(
    private readonly browser: ViewerSocket,
    socket: Socket,
    private readonly upstream: Upstream,
    private readonly now: () => number,
  ) {
    this.lastInput = now();
    this.#viewer = new Side(browser, socket);
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
    this.closed = this.ended.then(() => Promise.all([gone(browser), gone(this.#guest)])).then(() => undefined);
    browser.on('message', (raw: RawData) => this.received(toBuffer(raw)));
    browser.on('error', () => this.failed());
    browser.on('close', (code) => this.finish({ code, reason: 'The viewer closed the console.', byViewer: true }));
  }

  async connect({ target, headers, filter, activity, onLost }: UpstreamTarget): Promise<void> {
    if (this.#end !== undefined) return;
    await this.dial(target, headers, (guest) => {
      if (this.#end !== undefined) return guest.ws.terminate();
      this.#joined = guest;
      guest.ws.on('close', () => void this.lost(onLost));
      const output = carrier(guest, this.#viewer, (data) => {
        this.bytesOut += data.length;
        return data;
      });
      guest.ws.on('message', (raw: RawData) => output(toBuffer(raw)));
      this.#receive = carrier(this.#viewer, guest, (data) => {
        if (activity?.push(data) === true) this.lastInput = this.now();
        return this.input(data, filter);
      });
      this.#viewer.resume();
      for (const data of this.#early.splice(0)) this.received(data);
    });
  }

  beat(): void {
    if (!this.#viewer.beat()) {
      this.finish({ code: 1006, reason: 'The viewer stopped responding.' });
      this.browser.terminate();
    } else if (this.#joined?.beat() === false) {
      this.end(consoleEnd(upstreamFailed, upstreamFailed.reasons.silent));
    }
  }

  end(end: ConsoleEnd): void {
    if (this.#end !== undefined) return;
    const short = Buffer.from(end.reason)
      .subarray(0, LONGEST_REASON)
      .toString()
      .replace(/\uFFFD$/, '');
    resume(this.browser);
    this.browser.close(end.code, short);
    this.finish(end);
  }

  private received(data: Buffer): void {
    if (this.#end === undefined) this.#receive(data);
  }

  /** Until the guest is joined, what the viewer sends waits: some of it here, the rest with the viewer. */
  private hold(data: Buffer): void {
    this.#early.push(data);
    this.#earlyBytes += data.length;
    if (this.#early.length >= MOST_EARLY || this.#earlyBytes >= LARGEST_INPUT) this.#viewer.pause();
  }

  private failed(): void {
    if (this.browser.broken === undefined) this.browser.terminate();
    else this.finish(this.browser.broken);
  }

  private finish(end: ConsoleEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#tellEnd(end);
    closeSoon(this.browser);
    if (this.#guest?.readyState === WebSocket.OPEN) this.#guest.close(1000);
    closeSoon(this.#guest);
  }

  private input(data: Buffer, filter: InputFilter | undefined): Uint8Array | undefined {
    this.bytesIn += data.length;
    if (filter === undefined) return data;
    try {
      const allowed = filter.push(data);
      return allowed.length === 0 ? undefined : allowed;
    } catch {
      this.end(consoleEnd(notAllowed, notAllowed.reasons.viewOnly));
      return undefined;
    }
  }

  /** The guest's side closed: the reason is known elsewhere (the VM stopped, someone took over), or not at all. */
  private async lost(onLost: () => Promise<ConsoleEnd>): Promise<void> {
    if (this.#end !== undefined) return;
    this.end(await onLost());
  }

  /** @param opened called in the same turn, since the guest's first bytes may come with the handshake */
  private dial(target: string, headers: Record<string, string>, opened: (guest: Side) => void): Promise<void> {
    const { server } = this.upstream;
    const url = `${server.protocol === 'https:' ? 'wss' : 'ws'}://${server.host}`;
    const guest = new WebSocket(url, [PLAIN], {
      // A URL would be normalised: `"` to `%22`, for example.
      finishRequest: (request) => {
        request.path = server.pathname.replace(/\/$/, '') + target;
        request.end();
      },
      headers,
      perMessageDeflate: false,
      followRedirects: false,
      ...this.upstream.connectOptions(),
    });
    this.#guest = guest;
    return new Promise((resolve, reject) => {
      guest.once('upgrade', ({ socket }) => {
        const side = new Side(guest, socket);
        guest.once('open', () => {
          opened(side);
          resolve();
        });
      });
      guest.on('error', (error) => reject(new UpstreamRefused(0, error.message)));
      guest.once('unexpected-response', (request, answer: IncomingMessage) => {
        readRefusal(answer)
          .then(reject, reject)
          .finally(() => request.destroy());
      });
    });
  }
}

/** @returns passes a message from one side on to the other; a slow receiver makes the sender wait */
function carrier(from: Side, to: Side, take: (data: Buffer) => Uint8Array | undefined): (message: Buffer) => void {
  let waiting = false;
  const sent = (): void => {
    if (!waiting || to.backlog > LOW_WATER) return;
    waiting = false;
    from.resume();
  };
  return (message) => {
    const data = take(message);
    if (data === undefined || !to.isOpen) return;
    to.send(data, sent);
    if (waiting || to.backlog < HIGH_WATER) return;
    waiting = true;
    from.pause();
  };
}

function toBuffer(raw: RawData): Buffer {
  if (Buffer.isBuffer(raw)) return raw;
  return Array.isArray(raw) ? Buffer.concat(raw) : Buffer.from(raw);
}

function closeSoon(socket: WebSocket | undefined): void {
  if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
  if (socket.readyState === WebSocket.CONNECTING) return socket.terminate();
  resume(socket);
  const timer = setTimeout(() => socket.terminate(), CLOSE_MS);
  socket.once('close', () => clearTimeout(timer));
}

/** A paused socket would never read the other side's close frame. One whose handshake failed has nothing to resume. */
function resume(socket: WebSocket): void {
  if (socket.isPaused) socket.resume();
}

function gone(socket: WebSocket | undefined): Promise<void> {
  if (socket === undefined || socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** The API server's answer where it did not upgrade: its Status, or plain text. */
async function readRefusal(answer: IncomingMessage): Promise<UpstreamRefused> {
  let text = '';
  for await (const chunk of answer) {
    text += String(chunk);
    if (text.length > LONGEST_BODY) break;
  }
  let message = text.slice(0, 300);
  try {
    const status = JSON.parse(text) as { message?: unknown };
    if (typeof status.message === 'string') message = status.message;
  } catch {
    // Plain text: KubeVirt answers some failures so.
  }
  return new UpstreamRefused(answer.statusCode ?? 0, message);
}
