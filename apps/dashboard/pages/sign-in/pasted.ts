import { bare, decoded, readLinkCode, withoutTail } from '#libs/api';

/** A token, or the path of this host that a pasted link leads to. */
export type Pasted = { token: string } | { link: string };
export type PasteProblem = { problem: 'empty' | 'odd' | 'noCode' | 'otherHost' | 'address' };

/** What headers, files, options and instructions write before a token. */
const LABEL = /^(?:-{0,2}(?:authorization|access_token|id_token|token|bearer)[^\p{L}\p{N}_~+/.-]+)+/iu;
const JWT = /eyJ[\w-]*\.[\w-]+\.[\w-]+/;
/** A link of the original system, with or without its scheme and host. */
const JWT_LINK = new RegExp(`[?&]token=(${JWT.source})`);
const ADDRESS = /^(?:https?:)?\/\/\S+|https?:\/\/\S+/i;
const HOST = '(?:\\[[\\da-f:.]+\\]|[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,252})(?::\\d+)?';
/** `HOST/l#`, `/l#` or `#`, as people, chats and mail write them, and what follows. */
const LINK = new RegExp(`(?:(?:(${HOST})|(?<![\\w.?&=/-]))/+l/*|^[^\\p{L}\\p{N}]*(?:l/*)?)#([^]*)`, 'iu');
/** A line break that cuts a token: the next line is one word. */
const CUT = /\n(?=\S+(?:\n|$))/g;
/** Longer than the words around a token: a second piece of one. */
const PIECE = /\S{20}/;
/** A code is 128 bits at least, in base64url: what is shorter goes on in the next line. */
const SHORTEST_CODE = 22;

/**
 * Understands what a person pasted to sign in: a token with or without what stands around it, or a link. What looks like
 * a link is never taken for a token: it would be sent to the cluster.
 * @param origin of this page
 */
export function readPasted(text: string, origin: string): Pasted | PasteProblem {
  const whole = bare(text);
  if (whole === '') return { problem: 'empty' };
  const link = LINK.exec(decoded(withoutTail(text))); // [::1] begins with a bracket.
  return link === null ? readToken(whole, origin) : readLink(link[1], link[2] ?? '', origin);
}

/** @param host as written; absent where the link is written without */
function readLink(host: string | undefined, rest: string, origin: string): Pasted | PasteProblem {
  const own = hostOf(new URL(origin).host);
  if (host !== undefined && hostOf(host) !== own) return { problem: 'otherHost' };
  // A field drops line breaks: the next link may follow at once.
  const [first = ''] = rest.split(/https?:\/\//i)[0]?.split(`${own}/`) ?? [];
  const code = readLinkCode(first);
  if (code === '') return { problem: 'noCode' };
  return { link: `/l#${code.length < SHORTEST_CODE ? readLinkCode(first.replace(/\s+/g, '')) : code}` };
}

function readToken(whole: string, origin: string): Pasted | PasteProblem {
  const joined = whole
    .replace(LABEL, '')
    .replace(/\s*[\r\n]\s*/g, '\n')
    .replace(CUT, '');
  const linked = JWT_LINK.exec(joined)?.[1];
  if (linked !== undefined) return { token: linked };
  const address = addressIn(joined, origin);
  if (address !== undefined) return { problem: /^\/+l\/*$/i.test(address.pathname) ? 'noCode' : 'address' };
  const found = JWT.exec(joined)?.[0];
  if (found !== undefined) return PIECE.test(joined.replace(found, ' ')) ? { problem: 'odd' } : { token: found };
  const token = bare(joined);
  return /^[\x21-\x7e]+$/.test(token) ? { token } : { problem: 'odd' };
}

/** An address with its scheme, or one of this host without. */
function addressIn(text: string, origin: string): URL | undefined {
  const { host } = new URL(origin);
  const written = text.toLowerCase().startsWith(`${host}/`) ? `//${text}` : ADDRESS.exec(text)?.[0];
  return URL.parse(written ?? '', written === undefined ? undefined : origin) ?? undefined;
}

/** One form for all ways to write a host: small letters, ASCII, without the dot of the root and the ports of http and https. */
function hostOf(host: string): string {
  return (URL.parse(`https://${host}`)?.host ?? '').replace(/:80$/, '').replace(/\.(?=$|:\d+$)/, '');
}
