import { Writer, toLatin1 } from './bytes.js';
import { type ClientMessage, type Screen } from './client-messages.js';
import { ClientType, type PixelFormat } from './protocol.js';

/** One client message in its canonical form: padding is zero, lengths are those of the data. */
export function encodeClientMessage(message: ClientMessage): Uint8Array {
  return writeClientMessage(new Writer(), message).done();
}

/** Writes it behind what is there. */
export function writeClientMessage(w: Writer, message: ClientMessage): Writer {
  switch (message.type) {
    case 'version':
      return w.raw(toLatin1(`RFB 003.00${message.minor}\n`));
    case 'security':
      return w.u8(message.security);
    case 'response':
      return w.raw(message.data);
    case 'init':
      return w.u8(Number(message.shared));
    case 'setPixelFormat':
      return writePixelFormat(w.u8(ClientType.setPixelFormat, 0, 0, 0), message.format);
    case 'setEncodings':
      return w.u8(ClientType.setEncodings, 0).u16(message.encodings.length).u32s(message.encodings);
    case 'updateRequest':
      return rectangle(w.u8(ClientType.updateRequest, Number(message.incremental)), message);
    case 'continuousUpdates':
      return rectangle(w.u8(ClientType.continuousUpdates, Number(message.enable)), message);
    case 'fence':
      return w.u8(ClientType.fence, 0, 0, 0).u32(message.flags).u8(message.payload.length).raw(message.payload);
    default:
      return writeAction(w, message);
  }
}

type Handled = 'version' | 'security' | 'response' | 'init' | 'setPixelFormat' | 'setEncodings';
type Action = Exclude<ClientMessage, { type: Handled | 'updateRequest' | 'continuousUpdates' | 'fence' }>;

/** Messages that act on the machine or on its sound. */
function writeAction(w: Writer, message: Action): Writer {
  switch (message.type) {
    case 'key':
      return w.u8(ClientType.key, Number(message.down), 0, 0).u32(message.keysym);
    case 'qemuKey':
      return w.u8(ClientType.qemu, 0).u16(Number(message.down)).u32(message.keysym, message.keycode);
    case 'qemuAudio':
      return w.u8(ClientType.qemu, 1).u16(message.operation).raw(message.data);
    case 'pointer':
      return w.u8(ClientType.pointer, message.buttons).u16(message.x, message.y);
    case 'cutText': {
      const text = toLatin1(message.text);
      return w.u8(ClientType.cutText, 0, 0, 0).u32(text.length).raw(text);
    }
    case 'extendedCutText':
      return w
        .u8(ClientType.cutText, 0, 0, 0)
        .u32(-(message.data.length + 4), message.flags)
        .raw(message.data);
    case 'xvp':
      return w.u8(ClientType.xvp, 0, message.version, message.code);
    case 'setDesktopSize': {
      w.u8(ClientType.setDesktopSize, 0).u16(message.width, message.height).u8(message.screens.length, 0);
      for (const screen of message.screens) writeScreen(w, screen);
      return w;
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
