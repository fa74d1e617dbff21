import { Writer, toLatin1 } from './bytes.js';
import { writePixelFormat } from './client-builders.js';
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

/** Pseudo-rectangle: keys may come as QEMU extended key events. */
export const qemuKeySupport = (): Rectangle => ({
  x: 0,
  y: 0,
  width: 0,
  height: 0,
  encoding: Encoding.qemuKey,
  data: new Uint8Array(0),
});

export function serverFence(flags: number, payload: Uint8Array): Uint8Array {
  return new Writer().u8(ServerType.fence, 0, 0, 0).u32(flags).u8(payload.length).raw(payload).done();
}
