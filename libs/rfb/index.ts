/** RFB (RFC 6143) as pure functions over bytes: no socket, no clock, no Node. */
export * from './protocol.js';
export { PushParser } from './push-parser.js';
export { type ClientMessage, clientMessages } from './client-messages.js';
export { encodeClientMessage } from './client-builders.js';
export { ViewOnlyFilter } from './view-only.js';
export * from './server-builders.js';
export { type ServerMessage, serverMessages } from './server-messages.js';
export { type IndexedImage, rawRectangle, tightRectangle } from './pixels.js';
export { Keysym, keysymText, textKeysym } from './keysyms.js';
export { scancodeKeysym } from './scancodes.js';
