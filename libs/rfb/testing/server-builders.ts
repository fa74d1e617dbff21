/** Messages that servers elsewhere send and that the simulated VMs do not. */
import { toLatin1, Writer } from '../bytes.js';
import { writeScreen } from '../client-builders.js';
import { type Screen } from '../client-messages.js';
import { Encoding, ServerType } from '../protocol.js';
import { type Rectangle } from '../server-builders.js';

/** Pseudo-rectangle: the screen has a new size; all of it is to be drawn again. */
export const desktopSize = (width: number, height: number): Rectangle => ({
  x: 0,
  y: 0,
  width,
  height,
  encoding: Encoding.desktopSize,
  data: new Uint8Array(0),
});

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

export const endOfContinuousUpdates = (): Uint8Array => new Writer().u8(ServerType.endOfContinuousUpdates).done();

export function serverCutText(text: string): Uint8Array {
  const bytes = toLatin1(text);
  return new Writer().u8(ServerType.cutText, 0, 0, 0).u32(bytes.length).raw(bytes).done();
}
