import { type Socket } from 'node:net';
import { MAX_TOKEN } from '#libs/token';
import { answerOf, writeRaw } from './answers.js';
import { pageHeaders } from './page.js';
import { Refusal } from './refusal.js';

/** How long, and for how many bytes, a client may go on sending before the connection is cut. */
const LINGER_MS = 2000;
const LINGER_BYTES = 16 * 1024 * 1024;
/** Half of what Node reads of an address and its headers: from here on it is the cookies that are too large. */
const LARGE_COOKIES = 8 * 1024;
const answered = new WeakSet<Socket>();

/**
 * Listener of `clientError`: a request that Node's parser refuses gets an answer that says why. The rest of what the
 * client still sends is read and discarded: closing at once would reset the connection and lose the answer.
 */
export function answerOversized(error: Error & { code?: string; rawPacket?: Buffer }, socket: Socket): void {
  if (answered.has(socket)) return;
  answered.add(socket);
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const head = error.rawPacket?.toString('latin1') ?? '';
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW' ? tooLarge(head) : new Refusal(400, 'This is not a valid HTTP request.');
  const accept = /^accept:(.*)$/im.exec(head)?.[1];
  const answer = answerOf(refusal, accept, (page) => pageHeaders(page, "'none'", false));
  writeRaw(socket, refusal.code, answer);
  linger(socket);
}

/** @param head the request as far as the parser was given it */
function tooLarge(head: string): Refusal {
  const cookies = [...head.matchAll(/^cookie:.*$/gim)].reduce((length, [line]) => length + line.length, 0);
  if (cookies > LARGE_COOKIES) {
    return new Refusal(
      431,
      'Your browser holds too many or too large cookies for this host: with them, a request is larger than 16 KiB.',
      'Delete the cookies of this site in the settings of your browser, then open the page again. Other applications on this host may have set them.',
    );
  }
  return new Refusal(
    431,
    'The address or the headers are larger than 16 KiB.',
    `Shorten them. A gate token has at most ${MAX_TOKEN} characters.`,
  );
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
