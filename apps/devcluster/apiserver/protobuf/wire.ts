/** One field of a message on the wire. */
export interface WireField {
  number: number;
  /** Of varints. */
  value: bigint;
  /** Of strings, bytes and messages. */
  bytes: Buffer;
}

const NONE = Buffer.alloc(0);

/**
 * The fields of a protobuf message in their order.
 * @throws RangeError where the bytes are not a message
 */
export function* wireFields(data: Buffer): Generator<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let out = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = data.readUInt8(at++);
      out |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, out);
    }
    throw new RangeError('varint too long');
  };
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > data.length) throw new RangeError('message too short');
    at += length;
    return data.subarray(at - length, at);
  };
  while (at < data.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    if ((tag & 7) === 0) yield { number, value: varint(), bytes: NONE };
    else if ((tag & 7) === 2) yield { number, value: 0n, bytes: take(Number(varint())) };
    else if ((tag & 7) === 1) yield { number, value: 0n, bytes: take(8) };
    else if ((tag & 7) === 5) yield { number, value: 0n, bytes: take(4) };
    else throw new RangeError(`wire type ${tag & 7}`);
  }
}
