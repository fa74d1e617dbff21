import { bare, readLinkCode } from '#libs/api';

/** A token, or the path of this host that a pasted link leads to. */
export type Pasted = { token: string } | { link: string };
export type PasteProblem = { problem: 'empty' | 'odd' | 'noCode' | 'otherHost' | 'address' };

/** What headers, files and instructions write before a token. */
const LABEL = /^(?:(?:authorization|access_token|id_token|token)["']?\s*[:=]\s*["']?|bearer\s+)+/i;
const JWT = /eyJ[\w-]*\.[\w-]+\.[\w-]+/;
const LINK = /https?:\/\/[^\s"'<>]+/i;
/** Longer than the words around a token: a second piece of one. */
const PIECE = /\S{20}/;

/**
 * Understands what a person pasted to sign in: a token with or without what stands around it, or a whole link.
 * @param origin of this page
 */
export function readPasted(text: string, origin: string): Pasted | PasteProblem {
  const whole = bare(text.replace(/\s*[\r\n]\s*/g, ''));
  if (whole === '') return { problem: 'empty' };
  const address = URL.parse(LINK.exec(whole)?.[0] ?? '');
  if (address !== null) return fromAddress(address, origin);
  const found = JWT.exec(whole);
  if (found !== null) {
    const rest = whole.replace(found[0], ' ');
    return PIECE.test(rest) ? { problem: 'odd' } : { token: found[0] };
  }
  const token = bare(whole.replace(LABEL, ''));
  return /^[\x21-\x7e]+$/.test(token) ? { token } : { problem: 'odd' };
}

function fromAddress(address: URL, origin: string): Pasted | PasteProblem {
  const token = JWT.exec(address.searchParams.get('token') ?? '')?.[0];
  if (token !== undefined) return { token };
  if (!/^\/l\/?$/.test(address.pathname)) return { problem: 'address' };
  const code = readLinkCode(address.hash);
  if (code === '') return { problem: 'noCode' };
  return address.origin === origin ? { link: `/l#${code}` } : { problem: 'otherHost' };
}
