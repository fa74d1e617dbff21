/** RFC 6455, section 5.2. */
export const Opcode = { binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A whole message from a server. */
export function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** The frames of a client, unmasked. Fragments are as good as messages to who only echoes them. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (let size = sizeOf(data); data.length >= size.total; size = sizeOf(data)) {
      const payload = data.subarray(size.head, size.total);
      for (let at = 0; at < payload.length; at++)
        payload[at] = (payload[at] ?? 0) ^ (data[size.head - 4 + (at & 3)] ?? 0);
      frames.push({ opcode: (data[0] ?? 0) & 15, payload });
      data = data.subarray(size.total);
    }
    this.#rest = data;
    return frames;
  }
}

/** Bytes of the head, with its mask, and of the whole frame; Infinity where too little of it is there to say. */
function sizeOf(data: Buffer): { head: number; total: number } {
  const short = (data[1] ?? 0) & 127;
  const head = short < 126 ? 6 : short === 126 ? 8 : 14;
  if (data.length < head) return { head, total: Infinity };
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  return { head, total: head + length };
}
