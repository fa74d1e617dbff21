import { FIN, headSize, writeHead } from '../frames.js';

/** A frame as a peer sends it: RFC 6455, section 5.2. */
export interface Sent {
  /** FIN, reserved bits and opcode. */
  readonly first: number;
  readonly payload: Uint8Array;
  /** Four bytes; without: not masked. */
  readonly key?: Uint8Array;
}

/** Its bytes. */
export function bytesOf({ first, payload, key }: Sent): Buffer {
  const masked = key !== undefined;
  const bytes = Buffer.alloc(headSize(payload.length, masked) + payload.length);
  const start = writeHead(bytes, 0, first, payload.length, masked);
  if (key !== undefined) bytes.set(key, start - 4);
  for (const [index, byte] of payload.entries()) bytes[start + index] = byte ^ (key?.[index & 3] ?? 0);
  return bytes;
}

/** A message in so many frames, each of these sizes. The rest is in the last one. */
export function fragments(opcode: number, payload: Uint8Array, sizes: readonly number[], key?: Uint8Array): Sent[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) parts.push(payload.subarray(at, (at += size)));
  parts.push(payload.subarray(at));
  return parts.map((part, index) => ({
    first: (index === parts.length - 1 ? FIN : 0) | (index === 0 ? opcode : 0),
    payload: part,
    ...(key === undefined ? {} : { key }),
  }));
}

/** Cuts bytes into chunks of these lengths, over and over. Each chunk is a copy. */
export function cut(bytes: Uint8Array, lengths: readonly number[]): Buffer[] {
  const sizes = lengths.some((length) => length > 0) ? lengths : [1];
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}
