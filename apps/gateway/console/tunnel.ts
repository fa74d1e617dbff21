import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { type ConsoleEnd } from './ends.js';
import { type Activity } from './input-watch.js';

/** Takes from a viewer's input what its grant does not allow; throws for what it does not understand. */
export interface InputFilter {
  push(chunk: Uint8Array): Uint8Array;
}

export interface UpstreamTarget {
  /** Path and query on the API server. */
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly filter?: InputFilter;
  /** What counts as input for `lastInput`; absent if unused. */
  readonly activity?: Activity;
  /** Asked for the reason when the cluster cuts the console. */
  readonly onLost: () => Promise<ConsoleEnd>;
}

/** The API server did not open the console. `status` is 0 where no answer came. */
export class UpstreamRefused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** One console between a browser and a guest. The implementation decides how bytes get across. */
export interface Tunnel {
  /** From the browser to the guest, and back. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Milliseconds since the epoch of the last input that the browser sent. */
  readonly lastInput: number;
  /** Joins the browser, whose handshake is done already, with the guest, unless it has ended. @throws UpstreamRefused */
  connect(upstream: UpstreamTarget): Promise<void>;
  /** Called at regular intervals: keeps sockets open in middleboxes, and ends a console of which a side is dead. */
  beat(): void;
  /** Tells the browser why and closes both sides. Only the first end counts. */
  end(end: ConsoleEnd): void;
  /** Resolves with the first end, whichever side caused it. */
  readonly ended: Promise<ConsoleEnd>;
  /** Resolves once both sockets are closed, soon after the end. */
  readonly closed: Promise<void>;
}

/** Answers the browser's handshake, so that it can be told by close codes what goes wrong from here on. */
export interface TunnelMaker {
  accept(req: IncomingMessage, socket: Socket, head: Buffer): Promise<Tunnel>;
}
