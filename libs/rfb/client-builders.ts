import { Writer, toLatin1 } from './bytes.js';
import { type ClientMessage, type Screen } from './client-messages.js';
import { ClientType, type PixelFormat } from './protocol.js';

/** Writes one client message in its canonical form: padding is zero, lengths are those of the data. */
export function encodeClientMessage(message: ClientMessage): Uint8Array {
  const w = new Writer();
  switch (message.type) {
    case 'version':
      return w.raw(toLatin1(`RFB 003.00${message.minor}\n`)).done();
    case 'security':
      return w.u8(message.security).done();
    case 'response':
      return w.raw(message.data).done();
    case 'init':
      return w.u8(Number(message.shared)).done();
    case 'setPixelFormat':
      return writePixelFormat(w.u8(ClientType.setPixelFormat, 0, 0, 0), message.format).done();
    case 'setEncodings':
      return w
        .u8(ClientType.setEncodings, 0)
        .u16(message.encodings.length)
        .u32(...message.encodings)
        .done();
    case 'updateRequest':
      return rectangle(w.u8(ClientType.updateRequest, Number(message.incremental)), message).done();
    case 'continuousUpdates':
      return rectangle(w.u8(ClientType.continuousUpdates, Number(message.enable)), message).done();
    case 'fence':
      return w.u8(ClientType.fence, 0, 0, 0).u32(message.flags).u8(message.payload.length).raw(message.payload).done();
    default:
      return encodeAction(w, message);
  }
}

type Handled = 'version' | 'security' | 'response' | 'init' | 'setPixelFormat' | 'setEncodings';
type Action = Exclude<ClientMessage, { type: Handled | 'updateRequest' | 'continuousUpdates' | 'fence' }>;

/** Messages that act on the machine or on its sound. */
function encodeAction(w: Writer, message: Action): Uint8Array {
  switch (message.type) {
    case 'key':
      return w.u8(ClientType.key, Number(message.down), 0, 0).u32(message.keysym).done();
    case 'qemuKey':
      return w.u8(ClientType.qemu, 0).u16(Number(message.down)).u32(message.keysym, message.keycode).done();
    case 'qemuAudio':
      return w.u8(ClientType.qemu, 1).u16(message.operation).raw(message.data).done();
    case 'pointer':
      return w.u8(ClientType.pointer, message.buttons).u16(message.x, message.y).done();
    case 'cutText': {
      const text = toLatin1(message.text);
      return w.u8(ClientType.cutText, 0, 0, 0).u32(text.length).raw(text).done();
    }
    case 'extendedCutText':
      return w
        .u8(ClientType.cutText, 0, 0, 0)
        .u32(-(message.data.length + 4), message.flags)
        .raw(message.data)
        .done();
    case 'xvp':
      return w.u8(ClientType.xvp, 0, message.version, message.code).done();
    case 'setDesktopSize': {
      w.u8(ClientType.setDesktopSize, 0).u16(message.width, message.height).u8(message.screens.length, 0);
      for (const screen of message.screens) writeScreen(w, screen);
      return w.done();
    }
  }
}

function rectangle(w: Writer, r: { x: number; y: number; width: number; height: number }): Writer {
  return w.u16(r.x, r.y, r.width, r.height);
}

/** SCREEN, 16 bytes. */
export function writeScreen(w: Writer, screen: Screen): Writer {
  return rectangle(w.u32(screen.id), screen).u32(screen.flags);
}

/** PIXEL_FORMAT, 16 bytes. */
export function writePixelFormat(w: Writer, f: PixelFormat): Writer {
  return w
    .u8(f.bitsPerPixel, f.depth, Number(f.bigEndian), Number(f.trueColour))
    .u16(f.redMax, f.greenMax, f.blueMax)
    .u8(f.redShift, f.greenShift, f.blueShift, 0, 0, 0);
}
