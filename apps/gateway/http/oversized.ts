import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { MAX_TOKEN } from '#libs/token';
import { type GatewayConfig } from '../config/config.js';
import { type Answer, answerOf, writeRaw } from './answers.js';
import { pageHeaders } from './page.js';
import { Refusal } from './refusal.js';
import { securityHeaders } from './security-headers.js';

/** The address and headers of a request that is served have fewer bytes, but for the gateway's own cookies. */
const LARGEST_HEAD = 16 * 1024;
/** Those of 16 grants and a sign-in are smaller: nobody is locked out by links that they opened. */
const LARGEST_OWN = 8 * 1024;
const OWN_COOKIES = /(?<=^|; ?)kg-[^;]*/g;
/** Node reads this much of them, so that the answer can say what is too large: its parser keeps nothing of what it refuses. */
export const READ_HEAD = 64 * 1024;
/** A cookie header, or the middle of one. */
const COOKIES = /^cookie:|^[^\r\n]*; [^=;\s]+=/im;
const answered = new WeakSet<Socket>();

export type CodedAnswer = Answer & { code: number };
type Config = Pick<GatewayConfig, 'publicUrls'>;
type Asked = Pick<IncomingMessage, 'headers' | 'url'>;

/** @returns the answer to a request whose head is too large or names no host (RFC 9112, section 3.2); undefined for every other */
export function refusalOf(req: IncomingMessage, config: Config): CodedAnswer | undefined {
  if (req.headers.host !== undefined || req.httpVersion !== '1.1') return oversized(req, config);
  const refusal = new Refusal(400, 'The request has no Host header.', 'Send the host of the gateway in it.');
  return answerTo(refusal, req, config);
}

/** The answer to an `Expect` other than `100-continue` (RFC 9110, section 10.1.1). */
export function unexpected(req: IncomingMessage, config: Config): CodedAnswer {
  const refusal = new Refusal(
    417,
    'The only expectation that the gateway supports is 100-continue.',
    'Send the request without the Expect header.',
  );
  return answerTo(refusal, req, config);
}

/** The answer to CONNECT. */
export function notAProxy(req: IncomingMessage, config: Config): CodedAnswer {
  const refusal = new Refusal(
    405,
    'The gateway is not a proxy for other hosts.',
    'Remove it from your proxy settings.',
  );
  return answerTo(refusal, req, config);
}

function oversized(req: IncomingMessage, config: Config): CodedAnswer | undefined {
  const { url = '', rawHeaders, headers } = req;
  let size = url.length;
  for (const text of rawHeaders) size += text.length;
  if (size < LARGEST_HEAD) return undefined;
  const { cookie = '' } = headers;
  const own = cookie.match(OWN_COOKIES)?.join('').length ?? 0;
  if (size - Math.min(own, LARGEST_OWN) < LARGEST_HEAD) return undefined;
  const isCookies = size - cookie.length < LARGEST_HEAD;
  return answerTo(isCookies ? tooManyCookies() : tooLarge(), req, config);
}

/** Listener of `clientError`: a request that Node's parser refuses gets an answer that says why. */
export function answerUnreadable(error: Error & { code?: string; rawPacket?: Buffer }, socket: Socket): void {
  if (answered.has(socket)) return;
  answered.add(socket);
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, ...answer } = answerToUnread(error);
  writeRaw(socket, code, answer);
}

/** Nothing is known of the request but the last piece of it that the parser was given: not the host, which HSTS depends on. */
function answerToUnread({ code, rawPacket }: Error & { code?: string; rawPacket?: Buffer }): CodedAnswer {
  const piece = rawPacket?.toString('latin1') ?? '';
  const accept = /^accept:(.*)$/im.exec(piece)?.[1];
  const answer = (refusal: Refusal, accepted = accept): CodedAnswer =>
    answerTo(refusal, { headers: accepted === undefined ? {} : { accept: accepted } }, { publicUrls: [] });
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return answer(new Refusal(408, 'The request did not arrive in time.', 'Try again.'));
  if (code !== 'HPE_HEADER_OVERFLOW') return answer(new Refusal(400, 'This is not a valid HTTP request.'));
  // Browsers send cookies last, and no program as many of them.
  return COOKIES.test(piece) ? answer(tooManyCookies(), accept ?? 'text/html') : answer(tooLarge());
}

function answerTo(refusal: Refusal, req: Asked, config: Config): CodedAnswer {
  const isBelowK8s = req.url?.startsWith('/k8s/') === true;
  const answer = answerOf(refusal, req.headers.accept, (page) => ({
    ...securityHeaders(req, config),
    ...pageHeaders(page, "'none'", isBelowK8s),
  }));
  return { code: refusal.code, ...answer };
}

function tooManyCookies(): Refusal {
  return new Refusal(
    431,
    'Your browser holds too many or too large cookies for this host: with them, a request is larger than 16 KiB.',
    'Delete the cookies of this site in the settings of your browser, then open the page again. Other applications on this host may have set them.',
    { heading: 'Too many cookies' },
  );
}

function tooLarge(): Refusal {
  return new Refusal(
    431,
    'The address or the headers are larger than 16 KiB.',
    `Shorten them. A gate token has at most ${MAX_TOKEN} characters.`,
  );
}
