import { type ClientMessage, clientMessages, PushParser } from '#libs/rfb';

/** Tells a person's input from what a client sends by itself. */
export interface Activity {
  /**
   * @param begins the chunk is the beginning of a message of the websocket
   * @returns whether the chunk brought input
   */
  push(chunk: Uint8Array, begins: boolean): boolean;
}

/** On a serial line everything is input. */
export const EVERY_BYTE: Activity = { push: (chunk) => chunk.length > 0 };

const INPUT: ReadonlySet<ClientMessage['type']> = new Set(['key', 'qemuKey', 'pointer', 'cutText']);
/** Flags of the extended clipboard: a text is offered, or here it is. The others are answers that no person gives. */
const OFFERED = 1 << 27;
const PROVIDED = 1 << 28;
/** First bytes of messages that can be input: key, pointer, cut text, QEMU's key. */
const FIRST_BYTES: ReadonlySet<number | undefined> = new Set([4, 5, 6, 255]);
/** The mark of a pointer event of the extension for more mouse buttons: those are one byte longer. */
const MORE_BUTTONS = 0x80;

/**
 * The client's half of a screen's connection, read beside it: keys, pointer and clipboard are input, requests of
 * updates and answers to the machine are not. Where it loses track (an unknown extension), it goes by
 * the first byte of each message of the websocket, with which clients begin a message of their own.
 */
export class InputWatch implements Activity {
  #parser: PushParser<ClientMessage> | undefined = new PushParser<ClientMessage>(clientMessages({ maxCutText: 0 }));

  push(chunk: Uint8Array, begins: boolean): boolean {
    const messages = this.read(chunk);
    if (messages === undefined) return begins && FIRST_BYTES.has(chunk[0]);
    if (messages.some((one) => one.type === 'pointer' && (one.buttons & MORE_BUTTONS) !== 0)) this.#parser = undefined;
    return messages.some(isInput);
  }

  private read(chunk: Uint8Array): ClientMessage[] | undefined {
    try {
      return this.#parser?.push(chunk);
    } catch {
      this.#parser = undefined;
      return undefined;
    }
  }
}

function isInput(message: ClientMessage): boolean {
  if (message.type === 'extendedCutText') return (message.flags & (OFFERED | PROVIDED)) !== 0;
  return INPUT.has(message.type);
}
