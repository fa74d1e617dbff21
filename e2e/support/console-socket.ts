import WebSocket from 'ws';
import { cluster } from './cluster.js';

export interface Closed {
  code: number;
  reason: string;
}

/** A console socket as a script opens it: every binary message kept, the close code read. */
export class ConsoleSocket {
  readonly closed: Promise<Closed>;
  private received = Buffer.alloc(0);

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => (this.received = Buffer.concat([this.received, data])));
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /**
   * Opens `path` (`/k8s/...`) of the gateway at `gateway` (`http://...`).
   * @throws Refused with the HTTP status when the upgrade is refused
   */
  static async open(
    path: string,
    headers: Record<string, string> = {},
    protocols: string[] = ['plain.kubevirt.io'],
    gateway = cluster().url,
  ): Promise<ConsoleSocket> {
    const socket = new WebSocket(`${gateway.replace('http', 'ws')}${path}`, protocols, { headers });
    const opened = new ConsoleSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('unexpected-response', (_request, response) => {
        response.resume();
        socket.terminate();
        reject(new Refused(response.statusCode ?? 0));
      });
      socket.once('error', reject);
    });
    return opened;
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  text(): string {
    return this.received.toString('latin1');
  }

  send(text: string): void {
    this.socket.send(Buffer.from(text, 'latin1'));
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

/** The gateway answered an upgrade with an HTTP status. */
export class Refused extends Error {
  constructor(readonly code: number) {
    super(`refused with ${code}`);
  }
}
