import { concat, i32, latin1, u16, u32, u8 } from './bytes.js';
import { pixelFormat } from './client-messages.js';
import { BGRX, Encoding, type PixelFormat, RfbError, Security, ServerType } from './protocol.js';
import { type Steps } from './push-parser.js';
import { type Rectangle } from './server-builders.js';

/** What a server sends to a client that chose security type None. */
export type ServerMessage =
  | { type: 'version'; text: string }
  | { type: 'securityTypes'; types: number[] }
  | { type: 'securityResult'; ok: boolean }
  | { type: 'init'; width: number; height: number; format: PixelFormat; name: string }
  | { type: 'update'; rectangles: Rectangle[] }
  | { type: 'colourMap'; first: number; colours: Uint8Array }
  | { type: 'bell' }
  | { type: 'cutText'; text: string }
  | { type: 'extendedCutText'; flags: number; data: Uint8Array }
  | { type: 'endOfContinuousUpdates' }
  | { type: 'fence'; flags: number; payload: Uint8Array }
  | { type: 'xvp'; version: number; code: number };

/** A server whose cut text, name or reason is longer than this is not sane. */
const MAX_TEXT = 1 << 24;

/**
 * Steps over everything that a server sends: encodings Raw, CopyRect and Tight (without JPEG) and the pseudo-encodings
 * of size, cursor and keys. `format` is asked at each update, as the client may change it.
 */
export function* serverMessages(format: () => PixelFormat = () => BGRX): Steps<ServerMessage> {
  yield { type: 'version', text: latin1(yield 12) };
  const count = u8(yield 1, 0);
  if (count === 0) throw new RfbError('security', yield* text());
  const types = [...(yield count)];
  yield { type: 'securityTypes', types };
  if (!types.includes(Security.none)) throw new RfbError('security', 'the server does not offer security type None');
  const ok = u32(yield 4, 0) === 0;
  yield { type: 'securityResult', ok };
  if (!ok) throw new RfbError('security', yield* text());
  const b = yield 20;
  const init = { width: u16(b, 0), height: u16(b, 2), format: pixelFormat(b, 4) };
  yield { type: 'init', ...init, name: yield* text() };
  for (;;) yield yield* message(u8(yield 1, 0), format);
}

function* text(): Generator<number, string, Uint8Array> {
  return new TextDecoder().decode(yield checked(u32(yield 4, 0)));
}

function checked(length: number): number {
  if (length > MAX_TEXT) throw new RfbError('too-long', `a text of ${length} bytes is too long`);
  return length;
}

function* message(type: number, format: () => PixelFormat): Generator<number, ServerMessage, Uint8Array> {
  switch (type) {
    case ServerType.update:
      return yield* update(u16(yield 3, 1), format());
    case ServerType.colourMap: {
      const b = yield 5;
      const first = u16(b, 1);
      return { type: 'colourMap', first, colours: (yield u16(b, 3) * 6).slice() };
    }
    case ServerType.bell:
      return { type: 'bell' };
    case ServerType.cutText: {
      const length = i32(yield 7, 3);
      if (length >= 0) return { type: 'cutText', text: latin1(yield checked(length)) };
      const flags = u32(yield 4, 0);
      return { type: 'extendedCutText', flags, data: (yield checked(Math.max(0, -length - 4))).slice() };
    }
    case ServerType.endOfContinuousUpdates:
      return { type: 'endOfContinuousUpdates' };
    case ServerType.fence: {
      const b = yield 8;
      const flags = u32(b, 3);
      return { type: 'fence', flags, payload: (yield u8(b, 7)).slice() };
    }
    case ServerType.xvp: {
      const b = yield 3;
      return { type: 'xvp', version: u8(b, 1), code: u8(b, 2) };
    }
    default:
      throw new RfbError('unknown-message', `unknown server message type ${type}`);
  }
}

function* update(count: number, format: PixelFormat): Generator<number, ServerMessage, Uint8Array> {
  const rectangles: Rectangle[] = [];
  // 65535 means "until LastRect".
  for (let index = 0; index < count; index++) {
    const b = yield 12;
    const head = { x: u16(b, 0), y: u16(b, 2), width: u16(b, 4), height: u16(b, 6), encoding: i32(b, 8) };
    if (head.encoding === Encoding.lastRect) break;
    rectangles.push({ ...head, data: yield* payload(head, format) });
  }
  return { type: 'update', rectangles };
}

function* payload(
  r: { width: number; height: number; encoding: number },
  format: PixelFormat,
): Generator<number, Uint8Array, Uint8Array> {
  const area = r.width * r.height;
  const size = format.bitsPerPixel / 8;
  switch (r.encoding) {
    case Encoding.raw:
      return (yield area * size).slice();
    case Encoding.copyRect:
      return (yield 4).slice();
    case Encoding.tight:
      return yield* tight(r, format);
    case Encoding.cursor:
      return (yield area * size + ((r.width + 7) >> 3) * r.height).slice();
    case Encoding.desktopSize:
    case Encoding.qemuKey:
      return new Uint8Array(0);
    case Encoding.extendedDesktopSize: {
      const head = (yield 4).slice();
      return concat([head, (yield u8(head, 0) * 16).slice()]);
    }
    default:
      throw new RfbError('unknown-encoding', `unknown rectangle encoding ${r.encoding}`);
  }
}

/** Reads one Tight rectangle and gives back its bytes as they came. */
function* tight(r: { width: number; height: number }, f: PixelFormat): Generator<number, Uint8Array, Uint8Array> {
  const pixel = f.bitsPerPixel === 32 && f.depth === 24 ? 3 : f.bitsPerPixel / 8;
  const parts = [(yield 1).slice()];
  const control = u8(parts[0] ?? new Uint8Array(1), 0) >> 4;
  if (control === 8) return concat([...parts, (yield pixel).slice()]);
  if (control > 8) throw new RfbError('unknown-encoding', 'JPEG in Tight encoding is not supported');
  let size = r.width * r.height * pixel;
  if (control & 4) {
    const filter = (yield 1).slice();
    parts.push(filter);
    if (filter[0] === 1) {
      const colours = (yield 1).slice();
      const count = u8(colours, 0) + 1;
      parts.push(colours, (yield count * pixel).slice());
      size = count === 2 ? ((r.width + 7) >> 3) * r.height : r.width * r.height;
    }
  }
  if (size >= 12) {
    size = 0;
    for (let shift = 0; shift <= 14; shift += 7) {
      const byte = (yield 1).slice();
      parts.push(byte);
      size |= (u8(byte, 0) & (shift === 14 ? 0xff : 0x7f)) << shift;
      if (u8(byte, 0) < 0x80) break;
    }
  }
  return concat([...parts, (yield size).slice()]);
}
