import { Writer } from './bytes.js';
import { writeClientMessage } from './client-builders.js';
import { type ClientMessage, clientMessages } from './client-messages.js';
import { Encoding } from './protocol.js';
import { PushParser } from './push-parser.js';

const NOTHING = new Uint8Array(0);

/** What a viewer needs in order to see; everything else acts on the machine and is dropped. */
const SEEING: ReadonlySet<ClientMessage['type']> = new Set([
  'version',
  'security',
  'response',
  'init',
  'setPixelFormat',
  'setEncodings',
  'updateRequest',
  'continuousUpdates',
  'fence',
  'qemuAudio',
]);

/**
 * Extensions that a viewer without input must not switch on. With extended mouse buttons a pointer event has two
 * lengths, and which one holds only the server's bytes would tell.
 */
const WITHHELD: readonly number[] = [Encoding.extendedMouseButtons];

/**
 * The client's half of an RFB connection with input taken out: keys, pointer, clipboard, power and size are dropped.
 * What passes is encoded again from what was parsed, so the VM never sees a byte that was not parsed here.
 * A message of unknown type throws RfbError, now and on every later push.
 */
export class ViewOnlyFilter {
  readonly #parser = new PushParser<ClientMessage>(clientMessages({ maxCutText: 0 }));

  /** @returns the bytes to forward; empty when the chunk completed nothing that may pass. */
  push(chunk: Uint8Array): Uint8Array {
    let passed: Writer | undefined;
    for (const message of this.#parser.push(chunk)) {
      if (SEEING.has(message.type)) writeClientMessage((passed ??= new Writer()), withheld(message));
    }
    return passed?.done() ?? NOTHING;
  }
}

function withheld(message: ClientMessage): ClientMessage {
  if (message.type !== 'setEncodings' || !WITHHELD.some((one) => message.encodings.includes(one))) return message;
  return { ...message, encodings: message.encodings.filter((encoding) => !WITHHELD.includes(encoding)) };
}
