import { createHash, randomBytes } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const VERSION = '13';
/** The base64 of 16 bytes. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
/** A token of RFC 9110. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The request for a WebSocket, or the answer to one, is not valid. The message says why. */
export class HandshakeError extends Error {}

/** What a client's request offers and asks. */
export interface Asked {
  readonly key: string;
  readonly protocols: readonly string[];
}

/** @throws HandshakeError */
export function readRequest(headers: IncomingHttpHeaders): Asked {
  const {
    'sec-websocket-key': key = '',
    'sec-websocket-version': version,
    'sec-websocket-protocol': offered,
  } = headers;
  if (!KEY.test(key)) throw new HandshakeError('The header Sec-WebSocket-Key is missing or invalid.');
  if (version !== VERSION) throw new HandshakeError(`The header Sec-WebSocket-Version must be ${VERSION}.`);
  const protocols = offered === undefined ? [] : offered.split(',').map((one) => one.trim());
  if (!protocols.every((one) => TOKEN.test(one)) || new Set(protocols).size < protocols.length)
    throw new HandshakeError('The header Sec-WebSocket-Protocol is invalid.');
  return { key, protocols };
}

/** The answer that opens the WebSocket, without extensions. */
export function acceptance({ key }: Asked, protocol: string | undefined): string {
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${digest(key)}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** One request for a WebSocket: its headers, and the check of the answer. */
export class ClientHandshake {
  readonly #key = randomBytes(16).toString('base64');

  constructor(private readonly protocol: string) {}

  get headers(): Record<string, string> {
    return {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': VERSION,
      'sec-websocket-key': this.#key,
      'sec-websocket-protocol': this.protocol,
    };
  }

  /** @param headers of an answer with status 101 @throws HandshakeError */
  check(headers: IncomingHttpHeaders): void {
    if (headers.upgrade?.toLowerCase() !== 'websocket' || headers['sec-websocket-accept'] !== digest(this.#key))
      throw new HandshakeError('The answer is not that of a WebSocket server.');
    if (headers['sec-websocket-extensions'] !== undefined)
      throw new HandshakeError('The server uses an extension that was not offered.');
    if (headers['sec-websocket-protocol'] !== this.protocol)
      throw new HandshakeError(`The server did not choose the subprotocol ${this.protocol}.`);
  }
}

function digest(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}
