/** Bits and opcodes of a frame's first byte (RFC 6455, section 5.2). */
export const FIN = 0x80;
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The most that a control frame may carry, in bytes. */
export const LONGEST_CONTROL = 125;

/** The code that stands for a close frame without one (RFC 6455, section 7.1.5). */
export const NO_CODE = 1005;

/** What a peer did wrong. */
export type FrameFault =
  /** The bytes are not frames as RFC 6455 describes them, or not those of this side. */
  | 'malformed'
  /** A message is longer than the reader takes. */
  | 'too-large'
  /** A text that is not UTF-8. */
  | 'not-utf8';

/** Nothing after this can be understood: the connection must end. */
export class FrameError extends Error {
  constructor(readonly fault: FrameFault) {
    super(`WebSocket frame: ${fault}`);
    this.name = 'FrameError';
  }
}

/**
 * Bytes of the shortest header for a payload of so many bytes.
 * @param masked as clients must; the key is zero, which leaves the payload as it is
 */
export function headSize(length: number, masked: boolean): number {
  const key = masked ? 4 : 0;
  if (length <= LONGEST_CONTROL) return 2 + key;
  return length <= 0xffff ? 4 + key : 10 + key;
}

/**
 * Writes that header.
 * @param first FIN and opcode
 * @returns where the payload begins
 */
export function writeHead(target: Buffer, at: number, first: number, length: number, masked: boolean): number {
  const mask = masked ? 0x80 : 0;
  target[at] = first;
  let next = at + 2;
  if (length <= LONGEST_CONTROL) {
    target[at + 1] = mask | length;
  } else if (length <= 0xffff) {
    target[at + 1] = mask | 126;
    target[at + 2] = length >> 8;
    target[at + 3] = length;
    next += 2;
  } else {
    target[at + 1] = mask | 127;
    target.writeUInt32BE(Math.floor(length / 2 ** 32), at + 2);
    target.writeUInt32BE(length >>> 0, at + 6);
    next += 8;
  }
  if (!masked) return next;
  target.fill(0, next, next + 4);
  return next + 4;
}

/** One frame on its own. @param first FIN and opcode */
export function frame(first: number, payload: Uint8Array, masked: boolean): Buffer {
  const whole = Buffer.allocUnsafe(headSize(payload.length, masked) + payload.length);
  whole.set(payload, writeHead(whole, 0, first, payload.length, masked));
  return whole;
}
