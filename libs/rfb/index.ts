/** RFB (RFC 6143) as pure functions over bytes: no socket, no clock, no Node. */
export * from './protocol.js';
export { PushParser, type Steps } from './push-parser.js';
export { type ClientMessage, type ClientParserOptions, type Screen, clientMessages } from './client-messages.js';
export { encodeClientMessage } from './client-builders.js';
export { ViewOnlyFilter } from './view-only.js';
export * from './server-builders.js';
export { type ServerMessage, serverMessages } from './server-messages.js';
export { type Deflate, type IndexedImage, packPalette, rawRectangle, tightRectangle, toPixel } from './pixels.js';
export { Keysym, keysymText, textKeysym } from './keysyms.js';
export { scancodeKeysym } from './scancodes.js';
