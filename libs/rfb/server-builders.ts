import { Writer, toLatin1 } from './bytes.js';
import { writePixelFormat, writeScreen } from './client-builders.js';
import { type Screen } from './client-messages.js';
import { Encoding, type PixelFormat, ServerType } from './protocol.js';

export const SERVER_VERSION = toLatin1('RFB 003.008\n');

/** The list of security types; an empty list is a refusal and carries its reason. */
export function securityTypes(types: readonly number[], reason = 'no security type is offered'): Uint8Array {
  const w = new Writer().u8(types.length, ...types);
  return types.length > 0 ? w.done() : withText(w, reason);
}

export function securityResult(failure?: string): Uint8Array {
  return failure === undefined ? new Writer().u32(0).done() : withText(new Writer().u32(1), failure);
}

export function serverInit(width: number, height: number, format: PixelFormat, name: string): Uint8Array {
  return withText(writePixelFormat(new Writer().u16(width, height), format), name);
}

function withText(w: Writer, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return w.u32(bytes.length).raw(bytes).done();
}

/** One rectangle of an update: its payload is already encoded as `encoding` says. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
  encoding: number;
  data: Uint8Array;
}

export function framebufferUpdate(rectangles: readonly Rectangle[]): Uint8Array {
  const w = new Writer().u8(ServerType.update, 0).u16(rectangles.length);
  for (const r of rectangles) w.u16(r.x, r.y, r.width, r.height).u32(r.encoding).raw(r.data);
  return w.done();
}

const EMPTY = new Uint8Array(0);

/** Pseudo-rectangle: the screen has a new size; all of it is to be drawn again. */
export const desktopSize = (width: number, height: number): Rectangle => ({
  x: 0,
  y: 0,
  width,
  height,
  encoding: Encoding.desktopSize,
  data: EMPTY,
});

/** Pseudo-rectangle: keys may come as QEMU extended key events. */
export const qemuKeySupport = (): Rectangle => ({ ...desktopSize(0, 0), encoding: Encoding.qemuKey });

export function extendedDesktopSize(width: number, height: number, screens: readonly Screen[]): Rectangle {
  const w = new Writer().u8(screens.length, 0, 0, 0);
  for (const screen of screens) writeScreen(w, screen);
  return { ...desktopSize(width, height), encoding: Encoding.extendedDesktopSize, data: w.done() };
}

export const copyRect = (x: number, y: number, width: number, height: number, from: [number, number]): Rectangle => ({
  x,
  y,
  width,
  height,
  encoding: Encoding.copyRect,
  data: new Writer().u16(...from).done(),
});

export const bell = (): Uint8Array => new Writer().u8(ServerType.bell).done();

export function serverCutText(text: string): Uint8Array {
  const bytes = toLatin1(text);
  return new Writer().u8(ServerType.cutText, 0, 0, 0).u32(bytes.length).raw(bytes).done();
}

export function serverFence(flags: number, payload: Uint8Array): Uint8Array {
  return new Writer().u8(ServerType.fence, 0, 0, 0).u32(flags).u8(payload.length).raw(payload).done();
}

export const endOfContinuousUpdates = (): Uint8Array => new Writer().u8(ServerType.endOfContinuousUpdates).done();
