import { type LinkInfo, readLinkCode } from '#libs/api';
import { requireCookies } from '../api/cookies.js';
import { readHeldLink, readLink } from '../api/rest.js';

/** The link that an address names: by its code, or by the UID of its grant; both are empty where it names none. */
export interface Source {
  code: string;
  grant: string;
}

export function sourceOf({ hash, search }: Pick<Location, 'hash' | 'search'>): Source {
  return { code: readLinkCode(hash), grant: new URLSearchParams(search).get('grant') ?? '' };
}

/** That cookies are blocked matters only for a link that is good, but is also why a browser does not hold one. */
async function look({ code, grant }: Source): Promise<LinkInfo> {
  if (code === '') return requireCookies().then(() => readHeldLink(grant));
  const [link, kept] = await Promise.allSettled([readLink(code), requireCookies()]);
  if (link.status === 'rejected') throw link.reason;
  if (kept.status === 'rejected') throw kept.reason;
  return link.value;
}

let early: (Source & { answer: Promise<LinkInfo> }) | undefined;

/** Asks what the link of this page opens, before the code that shows it is there. */
export function askEarly(): void {
  const source = sourceOf(location);
  if (source.code === '' && source.grant === '') return;
  early = { ...source, answer: look(source) };
  early.answer.catch(() => undefined); // Who takes the answer deals with it.
}

/** What a link opens. @throws ApiError */
export function askOf(source: Source): Promise<LinkInfo> {
  const asked = early;
  early = undefined;
  return asked?.code === source.code && asked.grant === source.grant ? asked.answer : look(source);
}
