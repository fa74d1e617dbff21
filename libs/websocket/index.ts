/** WebSocket (RFC 6455) without extensions: frames as functions over bytes, and the two handshakes. No sockets. */
export { readClose, writeClose } from './close.js';
export { FrameReader, type FrameSink } from './frame-reader.js';
export { FIN, frame, FrameError, type FrameFault, headSize, Opcode, writeHead } from './frames.js';
export { acceptance, type Asked, ClientHandshake, HandshakeError, readRequest } from './handshake.js';
