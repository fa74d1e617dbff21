import { type Socket } from 'node:net';
import { writeRaw } from './answers.js';
import { Refusal } from './refusal.js';

/** How long, and for how many bytes, a client may go on sending before the connection is cut. */
const LINGER_MS = 2000;
const LINGER_BYTES = 16 * 1024 * 1024;
const answered = new WeakSet<Socket>();

/**
 * Listener of `clientError`: a request that Node's parser refuses gets an answer that says why. The rest of what the
 * client still sends is read and discarded: closing at once would reset the connection and lose the answer.
 */
export function answerOversized(error: Error & { code?: string }, socket: Socket): void {
  if (answered.has(socket)) return;
  answered.add(socket);
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new Refusal(
          431,
          'The address or the headers are larger than 16 KiB.',
          'Send a large token in the body of POST /auth/jwt/set.',
        )
      : new Refusal(400, 'This is not a valid HTTP request.');
  const body = `${JSON.stringify(refusal.toStatus())}\n`;
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  writeRaw(socket, refusal.code, { headers, body });
  linger(socket);
}

function linger(socket: Socket): void {
  const begun = socket.bytesRead;
  socket.removeAllListeners('data');
  socket.on('data', () => {
    if (socket.bytesRead - begun > LINGER_BYTES) socket.destroy();
  });
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
