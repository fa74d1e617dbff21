import { type TLSSocket } from 'node:tls';

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Request line and headers, as they came. */
  readonly head: string;
  readonly body: string;
  readonly socket: TLSSocket;
}

/** Answers on the socket; `true` takes the socket over for good (an upgrade). */
export type Handler = (asked: Asked, rest: Buffer) => boolean;

const END_OF_HEAD = '\r\n\r\n';

/**
 * HTTP/1.1 on one socket, as far as it needs to be read to be answered: the end of the head, and a body of a known length.
 * A request line that `fixed` knows is answered at once with the bytes it has there, and nothing else of it is read.
 */
export function speak(socket: TLSSocket, fixed: ReadonlyMap<string, Buffer>, handle: Handler): void {
  let rest: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(END_OF_HEAD); end >= 0; end = rest.indexOf(END_OF_HEAD)) {
      const bodyAt = end + END_OF_HEAD.length;
      const line = rest.toString('latin1', 0, rest.indexOf(' HTTP/'));
      const length = line.startsWith('GET ') ? 0 : lengthIn(rest.toString('latin1', 0, end));
      if (rest.length < bodyAt + length) return;
      const answer = fixed.get(line);
      const whole = rest;
      rest = rest.subarray(bodyAt + length);
      if (answer !== undefined) {
        socket.write(answer);
        continue;
      }
      const [method = '', target = ''] = line.split(' ');
      const body = whole.toString('utf8', bodyAt, bodyAt + length);
      if (handle({ method, target, head: whole.toString('latin1', 0, end), body, socket }, rest)) {
        socket.off('data', onData);
        return;
      }
    }
  };
  socket.on('data', onData);
  // The measured gateway may break a connection at any time.
  socket.on('error', () => socket.destroy());
}

function lengthIn(head: string): number {
  return Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
}

/** A whole answer with a body of JSON. */
export function answerOf(code: number, body: string): Buffer {
  const head = `HTTP/1.1 ${code} OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

/** The head of an answer that goes on, in chunks. */
export const STREAM = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';

export function chunkOf(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
