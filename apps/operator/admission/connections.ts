import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

interface Connection {
  socket: Socket;
  address: string;
  /** Requests that are not answered yet. */
  asked: number;
}

export interface ConnectionLimits {
  /** Of one client address. */
  perAddress: number;
  total: number;
}

/**
 * Bounds how many connections are open. Beyond that, the one that has been idle longest ends, of the client address that has
 * too many, or most, so that idle connections keep nobody out. Only if all of them are being answered, the new one
 * is refused. Several clients may come from one address, the API server among them: it opens another connection by itself.
 */
export class Connections {
  /** Those that have been idle longest first. */
  readonly #open = new Map<string, Connection>();
  readonly #counts = new Map<string, number>();

  constructor(private readonly limits: ConnectionLimits) {}

  /** A client connected: to be called before its handshake. */
  opened(socket: Socket): void {
    const { remoteAddress: address } = socket;
    // The client has left again.
    if (address === undefined) return void socket.destroy();
    const isFull = this.#open.size >= this.limits.total;
    if ((this.#counts.get(address) ?? 0) >= this.limits.perAddress) this.#makeRoom(address, socket);
    else if (isFull) this.#makeRoom(this.#busiest(), socket);
    if (socket.destroyed) return;
    const key = keyOf(socket);
    this.#open.set(key, { socket, address, asked: 0 });
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
    socket.once('close', () => this.#closed(key, socket));
  }

  /** It is not idle until the answer has ended. */
  asked(req: IncomingMessage, res: ServerResponse): void {
    const key = keyOf(req.socket);
    const connection = this.#open.get(key);
    if (!connection) return;
    connection.asked += 1;
    res.once('close', () => {
      connection.asked -= 1;
      if (this.#open.get(key) !== connection) return;
      this.#open.delete(key);
      this.#open.set(key, connection);
    });
  }

  #makeRoom(address: string, socket: Socket): void {
    for (const [key, connection] of this.#open) {
      if (connection.address !== address || connection.asked > 0) continue;
      connection.socket.destroy();
      this.#closed(key, connection.socket);
      return;
    }
    socket.destroy();
  }

  #closed(key: string, socket: Socket): void {
    const connection = this.#open.get(key);
    if (connection?.socket !== socket) return;
    this.#open.delete(key);
    const left = (this.#counts.get(connection.address) ?? 1) - 1;
    if (left > 0) this.#counts.set(connection.address, left);
    else this.#counts.delete(connection.address);
  }

  #busiest(): string {
    let [most, count] = ['', 0];
    for (const [address, open] of this.#counts) if (open > count) [most, count] = [address, open];
    return most;
  }
}

/** A TLS connection and the TCP connection below it have the same. */
const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
