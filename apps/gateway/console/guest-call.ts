import { request, type IncomingMessage } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { type Upstream } from '#libs/kube';
import { ClientHandshake } from '#libs/websocket';
import { type Slabs } from './outlet.js';
import { PLAIN } from './subprotocol.js';
import { UpstreamRefused } from './tunnel.js';

const LONGEST_BODY = 16 * 1024;

/** Gets what was read. The buffer is overwritten by the next read, of whichever socket. */
export type Reading = (buffer: Buffer, length: number) => void;

/** One connection to the API server, on which one WebSocket is opened. */
export class GuestCall {
  readonly socket: Socket;
  readonly #stream: HandshakeStream;
  #reading: Reading;

  constructor(
    private readonly upstream: Upstream,
    slabs: Slabs,
  ) {
    this.#reading = (buffer, length) => this.#stream.push(Buffer.from(buffer.subarray(0, length)));
    const { server } = upstream;
    const host = server.hostname.replace(/^\[|\]$/g, '');
    const options = {
      // As Node's HTTP client does it; tls.connect takes none from the host.
      ...(isIP(host) === 0 && { servername: host }),
      ...upstream.connectOptions(),
      host,
      port: Number(server.port) || (server.protocol === 'https:' ? 443 : 80),
      noDelay: true,
      onread: {
        buffer: slabs.reading,
        callback: (length: number) => {
          this.#reading(slabs.reading, length);
          return true;
        },
      },
    };
    this.socket = server.protocol === 'https:' ? connectTls(options) : connect(options);
    this.#stream = new HandshakeStream(this.socket);
  }

  /**
   * Asks for the WebSocket.
   * @param opened called in the same turn, since the guest's first bytes may come with the answer. @returns who reads on
   * @throws UpstreamRefused
   */
  open(target: string, headers: Record<string, string>, opened: (head: Buffer) => Reading): Promise<void> {
    const { server } = this.upstream;
    const handshake = new ClientHandshake(PLAIN);
    const asked = request({
      path: server.pathname.replace(/\/$/, '') + target,
      headers: { host: server.host, ...headers, ...handshake.headers },
      createConnection: () => this.#stream,
    });
    return new Promise<void>((resolve, reject) => {
      asked.on('error', (error) => reject(new UpstreamRefused(0, error.message)));
      asked.once('response', (answer) => void readRefusal(answer).then(reject, reject));
      asked.once('upgrade', (answer, _stream, head) => {
        try {
          handshake.check(answer.headers);
        } catch (error) {
          return reject(new UpstreamRefused(0, (error as Error).message));
        }
        this.#stream.leave();
        this.#reading = opened(head);
        resolve();
      });
      asked.end();
    }).catch((error: unknown) => {
      this.socket.destroy();
      throw error;
    });
  }
}

/** What Node's HTTP client speaks through during the handshake. After that nothing is between the socket and its reader. */
class HandshakeStream extends Duplex {
  readonly #fail = (error: Error): unknown => this.destroy(error);
  readonly #end = (): unknown => this.push(null);

  constructor(private readonly socket: Socket) {
    super();
    socket.on('error', this.#fail).on('close', this.#end);
  }

  /** The socket goes on without this stream. */
  leave(): void {
    this.socket.off('error', this.#fail).off('close', this.#end);
  }

  override _read(): void {
    // The socket is read from the start: an answer is small.
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(chunk, encoding, done);
  }
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
