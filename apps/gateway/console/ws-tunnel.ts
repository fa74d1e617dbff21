import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { CONSOLE_ENDS } from '#libs/api';
import { Upstream } from '#libs/kube';
import { Clock } from '#libs/ops';
import {
  acceptance,
  type Asked,
  FIN,
  FrameError,
  FrameReader,
  HandshakeError,
  Opcode,
  readRequest,
} from '#libs/websocket';
import { Refusal } from '../http/refusal.js';
import { EarlyInput } from './early-input.js';
import { brokenEnd, type ConsoleEnd, consoleEnd } from './ends.js';
import { GuestCall, type Reading } from './guest-call.js';
import { type Activity } from './input-watch.js';
import { Slabs } from './outlet.js';
import { Side } from './side.js';
import { chooseProtocol } from './subprotocol.js';
import { type InputFilter, type Tunnel, type TunnelMaker, type UpstreamTarget } from './tunnel.js';

const { notAllowed, upstreamFailed } = CONSOLE_ENDS;

/** The largest message of a viewer: a pasted text. */
const LARGEST_INPUT = 1024 * 1024;
/** Of a guest that broke the protocol. */
const PROTOCOL_ERROR = 1002;
const ABNORMAL = 1006;
const BINARY = FIN | Opcode.binary;

/**
 * Terminates both WebSockets and carries the parts of messages between them, as they come (docs/decisions/0016). No
 * message is put together, so that what waits is bounded by what the sockets hold.
 */
@Injectable()
export class WsTunnels implements TunnelMaker {
  readonly slabs = new Slabs();

  constructor(
    private readonly upstream: Upstream,
    private readonly clock: Clock,
  ) {}

  async accept(req: IncomingMessage, socket: Socket, head: Buffer): Promise<Tunnel> {
    const asked = readAsked(req);
    if (!socket.readable || !socket.writable) throw new Refusal(400, 'The browser closed the connection.');
    socket.setTimeout(0);
    socket.write(acceptance(asked, chooseProtocol(asked.protocols)));
    if (head.length > 0) socket.unshift(head);
    return new WsTunnel(socket, this.slabs, this.upstream, () => this.clock.now());
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
  readonly #viewer: Side;
  #call: GuestCall | undefined;
  #guest: Side | undefined;
  #filter: InputFilter | undefined;
  #activity: Activity | undefined;
  readonly #early = new EarlyInput();
  #lost = false;

  constructor(
    socket: Socket,
    private readonly slabs: Slabs,
    private readonly upstream: Upstream,
    private readonly now: () => number,
  ) {
    this.lastInput = now();
    this.#viewer = new Side(socket, false, slabs);
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
    this.closed = this.ended.then(() => Promise.all([gone(socket), gone(this.#call?.socket)])).then(() => undefined);
    this.listen(socket);
  }

  async connect({ target, headers, filter, activity, onLost }: UpstreamTarget): Promise<void> {
    if (this.#end !== undefined) return;
    this.#filter = filter;
    this.#activity = activity;
    this.#call = new GuestCall(this.upstream, this.slabs);
    const { socket } = this.#call;
    await this.#call.open(target, headers, (head) => this.join(new Side(socket, true, this.slabs), head, onLost));
  }

  beat(): void {
    if (!this.#viewer.beat()) {
      this.finish({ code: ABNORMAL, reason: 'The viewer stopped responding.' });
      this.#viewer.socket.destroy();
    } else if (this.#guest?.isOpen === true && !this.#guest.beat()) {
      this.end(consoleEnd(upstreamFailed, upstreamFailed.reasons.silent));
    }
  }

  end(end: ConsoleEnd): void {
    if (this.#end !== undefined) return;
    this.#viewer.close(end.code, end.reason);
    this.finish(end);
  }

  private listen(socket: Socket): void {
    const reader = new FrameReader(
      { from: 'client', largest: LARGEST_INPUT },
      {
        data: (first, chunk, start, end) => this.input(first, chunk, start, end),
        control: (opcode, payload) => {
          const said = this.#viewer.control(opcode, payload);
          if (said !== undefined) this.left(said.code);
        },
      },
    );
    socket.on('data', (chunk: Buffer) => this.read(reader, chunk));
    socket.on('drain', () => this.#guest?.resume());
    socket.on('end', () => this.left(ABNORMAL));
    socket.on('close', () => this.left(ABNORMAL));
  }

  private read(reader: FrameReader, chunk: Buffer): void {
    try {
      reader.push(chunk);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.end(brokenEnd(error.fault));
      this.#viewer.socket.end();
    }
    if (this.#guest?.outlet.full === true && this.#guest.isOpen) this.#viewer.pause();
  }

  private left(code: number): void {
    this.finish({ code, reason: 'The viewer closed the console.', byViewer: true });
    if (this.#viewer.socket.writable) this.#viewer.end();
  }

  /** The guest answered: both sides are one console from here on. */
  private join(guest: Side, head: Buffer, onLost: () => Promise<ConsoleEnd>): Reading {
    this.#guest = guest;
    const reader = new FrameReader(
      { from: 'server' },
      {
        data: (first, chunk, start, end) => {
          this.bytesOut += end - start;
          if (this.#end === undefined) this.#viewer.outlet.data(first, chunk, start, end);
        },
        control: (opcode, payload) => {
          if (guest.control(opcode, payload) !== undefined) void this.lost(onLost);
        },
      },
    );
    guest.socket.on('close', () => void this.lost(onLost));
    guest.socket.on('drain', () => this.#viewer.resume());
    this.#early.drain((first, chunk, start, end) => this.input(first, chunk, start, end));
    this.#viewer.resume();
    const reading: Reading = (buffer, length) => this.output(reader, buffer, length);
    reading(head, head.length);
    return reading;
  }

  private output(reader: FrameReader, buffer: Buffer, length: number): void {
    try {
      reader.push(buffer, length);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#guest?.close(PROTOCOL_ERROR);
      this.#guest?.socket.end();
      this.end(consoleEnd(upstreamFailed, upstreamFailed.reasons.malformed));
    }
    if (this.#viewer.outlet.full && this.#viewer.isOpen) this.#guest?.pause();
  }

  private input(first: number, chunk: Buffer, start: number, end: number): void {
    if (this.#end !== undefined) return;
    if (this.#guest === undefined) return this.hold(first, chunk, start, end);
    this.bytesIn += end - start;
    if (this.#filter === undefined && this.#activity === undefined) {
      return this.#guest.outlet.data(first, chunk, start, end);
    }
    const begins = (first & Opcode.binary) !== 0;
    const payload = chunk.subarray(start, end);
    if (this.#activity?.push(payload, begins) === true) this.lastInput = this.now();
    if (this.#filter === undefined) this.#guest.outlet.data(first, chunk, start, end);
    else this.pass(this.#filter, payload);
  }

  /** Sends on what the grant allows. */
  private pass(filter: InputFilter, payload: Buffer): void {
    try {
      const { buffer, byteOffset, length } = filter.push(payload);
      if (length > 0) this.#guest?.outlet.data(BINARY, Buffer.from(buffer, byteOffset, length), 0, length);
    } catch {
      this.end(consoleEnd(notAllowed, notAllowed.reasons.viewOnly));
    }
  }

  /** Until the guest is joined, what the viewer sends waits: some of it here, the rest with the viewer. */
  private hold(first: number, chunk: Buffer, start: number, end: number): void {
    this.#early.add(first, chunk, start, end);
    if (this.#early.full) this.#viewer.pause();
  }

  private finish(end: ConsoleEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#early.clear();
    this.#tellEnd(end);
    if (this.#guest === undefined) this.#call?.socket.destroy();
    else this.#guest.close(1000);
  }

  /** The guest's side closed: the reason is known elsewhere (the VM stopped, someone took over), or not at all. */
  private async lost(onLost: () => Promise<ConsoleEnd>): Promise<void> {
    if (this.#lost || this.#end !== undefined) return;
    this.#lost = true;
    this.end(await onLost());
  }
}

function readAsked({ headers }: IncomingMessage): Asked {
  try {
    return readRequest(headers);
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    throw new Refusal(400, `The WebSocket handshake failed. ${error.message}`);
  }
}

function gone(socket: Socket | undefined): Promise<void> {
  if (socket === undefined || socket.closed) return Promise.resolve();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
