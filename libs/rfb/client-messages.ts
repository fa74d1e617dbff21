import { i32, latin1, u16, u32, u8 } from './bytes.js';
import { ClientType, type PixelFormat, RfbError, Security } from './protocol.js';
import { type Steps, discard } from './push-parser.js';

/** What a client sends, from its first byte on. */
export type ClientMessage =
  | { type: 'version'; minor: 7 | 8 }
  | { type: 'security'; security: number }
  /** The answer to the challenge of security type 2. */
  | { type: 'response'; data: Uint8Array }
  | { type: 'init'; shared: boolean }
  | { type: 'setPixelFormat'; format: PixelFormat }
  | { type: 'setEncodings'; encodings: number[] }
  | { type: 'updateRequest'; incremental: boolean; x: number; y: number; width: number; height: number }
  | { type: 'key'; down: boolean; keysym: number }
  /** QEMU extended key event; keycode is an XT scan code (0xe0 prefix as bit 7 or as 0xe0xx). */
  | { type: 'qemuKey'; down: boolean; keysym: number; keycode: number }
  | { type: 'qemuAudio'; operation: number; data: Uint8Array }
  | { type: 'pointer'; buttons: number; x: number; y: number }
  | { type: 'cutText'; text: string }
  | { type: 'extendedCutText'; flags: number; data: Uint8Array }
  | { type: 'continuousUpdates'; enable: boolean; x: number; y: number; width: number; height: number }
  | { type: 'fence'; flags: number; payload: Uint8Array }
  | { type: 'xvp'; version: number; code: number }
  | { type: 'setDesktopSize'; width: number; height: number; screens: Screen[] };

export interface Screen {
  id: number;
  x: number;
  y: number;
  width: number;
  height: number;
  flags: number;
}

export interface ClientParserOptions {
  /** Cut text longer than this (bytes) is read past and reported as empty; so a filter needs to hold none of it. */
  maxCutText?: number;
}

/** Steps over everything that a client sends. Throws RfbError. */
export function* clientMessages(options: ClientParserOptions = {}): Steps<ClientMessage> {
  const minor = version(yield 12);
  yield { type: 'version', minor };
  const security = u8(yield 1, 0);
  if (security !== Security.none && security !== Security.vnc) {
    throw new RfbError('security', `unknown security type ${security}`);
  }
  yield { type: 'security', security };
  if (security === Security.vnc) yield { type: 'response', data: (yield 16).slice() };
  yield { type: 'init', shared: u8(yield 1, 0) !== 0 };
  for (;;) yield yield* message(u8(yield 1, 0), options.maxCutText ?? 1 << 20);
}

function version(bytes: Uint8Array): 7 | 8 {
  const match = /^RFB 003\.(\d{3})\n$/.exec(latin1(bytes));
  const minor = Number(match?.[1] ?? 0);
  // Up to 3.3 the server picks the security type alone: what the client sends next cannot be told from its bytes.
  if (minor < 7) throw new RfbError('version', 'the client does not support RFB 3.7 or 3.8');
  return minor === 7 ? 7 : 8;
}

type Part = Generator<number, ClientMessage, Uint8Array>;

function* message(type: number, maxCutText: number): Part {
  switch (type) {
    case ClientType.setPixelFormat:
      return { type: 'setPixelFormat', format: pixelFormat(yield 19, 3) };
    case ClientType.setEncodings:
      return yield* setEncodings();
    case ClientType.updateRequest: {
      const b = yield 9;
      return { type: 'updateRequest', incremental: u8(b, 0) !== 0, ...rectangle(b, 1) };
    }
    case ClientType.key: {
      const b = yield 7;
      return { type: 'key', down: u8(b, 0) !== 0, keysym: u32(b, 3) };
    }
    case ClientType.pointer: {
      const b = yield 5;
      return { type: 'pointer', buttons: u8(b, 0), x: u16(b, 1), y: u16(b, 3) };
    }
    case ClientType.cutText:
      return yield* cutText(maxCutText);
    case ClientType.continuousUpdates: {
      const b = yield 9;
      return { type: 'continuousUpdates', enable: u8(b, 0) !== 0, ...rectangle(b, 1) };
    }
    case ClientType.fence:
      return yield* fence();
    case ClientType.xvp: {
      const b = yield 3;
      return { type: 'xvp', version: u8(b, 1), code: u8(b, 2) };
    }
    case ClientType.setDesktopSize:
      return yield* setDesktopSize();
    case ClientType.qemu:
      return yield* qemu();
    default:
      throw new RfbError('unknown-message', `unknown client message type ${type}`);
  }
}

function rectangle(b: Uint8Array, at: number): { x: number; y: number; width: number; height: number } {
  return { x: u16(b, at), y: u16(b, at + 2), width: u16(b, at + 4), height: u16(b, at + 6) };
}

/** Reads a PIXEL_FORMAT of 16 bytes. */
export function pixelFormat(b: Uint8Array, at: number): PixelFormat {
  const bits = u8(b, at);
  if (bits !== 8 && bits !== 16 && bits !== 32) {
    throw new RfbError('malformed', `a pixel of ${bits} bits is not allowed`);
  }
  return {
    bitsPerPixel: bits,
    depth: u8(b, at + 1),
    bigEndian: u8(b, at + 2) !== 0,
    trueColour: u8(b, at + 3) !== 0,
    redMax: u16(b, at + 4),
    greenMax: u16(b, at + 6),
    blueMax: u16(b, at + 8),
    redShift: u8(b, at + 10),
    greenShift: u8(b, at + 11),
    blueShift: u8(b, at + 12),
  };
}

function* setEncodings(): Part {
  const count = u16(yield 3, 1);
  const b = yield count * 4;
  const encodings: number[] = [];
  for (let at = 0; at < b.length; at += 4) encodings.push(i32(b, at));
  return { type: 'setEncodings', encodings };
}

function* cutText(max: number): Part {
  const length = i32(yield 7, 3);
  if (length >= 0) {
    if (length <= max) return { type: 'cutText', text: latin1(yield length) };
    yield* discard(length);
    return { type: 'cutText', text: '' };
  }
  // Extended clipboard: a negative length, then flags and data in that many bytes.
  const size = -length;
  if (size < 4) throw new RfbError('malformed', 'an extended clipboard message has no flags');
  const flags = u32(yield 4, 0);
  if (size - 4 <= max) return { type: 'extendedCutText', flags, data: (yield size - 4).slice() };
  yield* discard(size - 4);
  return { type: 'extendedCutText', flags, data: new Uint8Array(0) };
}

function* fence(): Part {
  const b = yield 8;
  const flags = u32(b, 3);
  const length = u8(b, 7);
  if (length > 64) throw new RfbError('too-long', `a fence of ${length} bytes exceeds the maximum of 64`);
  return { type: 'fence', flags, payload: (yield length).slice() };
}

function* setDesktopSize(): Part {
  const b = yield 7;
  const [width, height, count] = [u16(b, 1), u16(b, 3), u8(b, 5)];
  const s = yield count * 16;
  const screens = Array.from({ length: count }, (_, index) => screen(s, index * 16));
  return { type: 'setDesktopSize', width, height, screens };
}

/** Reads a SCREEN of 16 bytes. */
function screen(b: Uint8Array, at: number): Screen {
  return { id: u32(b, at), ...rectangle(b, at + 4), flags: u32(b, at + 12) };
}

function* qemu(): Part {
  const sub = u8(yield 1, 0);
  if (sub === 0) {
    const b = yield 10;
    return { type: 'qemuKey', down: u16(b, 0) !== 0, keysym: u32(b, 2), keycode: u32(b, 6) };
  }
  if (sub === 1) {
    const operation = u16(yield 2, 0);
    if (operation > 2) throw new RfbError('unknown-message', `unknown QEMU audio operation ${operation}`);
    return { type: 'qemuAudio', operation, data: (yield operation === 2 ? 6 : 0).slice() };
  }
  throw new RfbError('unknown-message', `unknown QEMU client message ${sub}`);
}
