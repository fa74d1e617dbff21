import { type ConsoleIdentity, type ConsoleKind } from '#libs/api';
import { ApiError } from '../api/client.js';
import { type ConsoleAccess, opens } from './access.js';

/** How to find out what each identity of this browser opens; both throw ApiError. */
export type AccessSources = Record<ConsoleIdentity, () => Promise<ConsoleAccess>>;

type Answers = Record<ConsoleIdentity, ConsoleAccess | Error>;

/** Whose access a console page has. */
export interface Standing {
  /** What the page goes by, or why it has nothing. */
  access: ConsoleAccess | Error;
  /** The other identity of this browser, where it opens the console too. */
  other: ConsoleAccess | undefined;
}

/**
 * Asks what stands behind a console page: the rights of the signed-in user, and the links that were opened in this
 * browser.
 * @param as whose access is wanted; undefined: the user's where they may open the console, else a link's
 */
export async function askAccess(
  { user, link }: AccessSources,
  kind: ConsoleKind,
  as: ConsoleIdentity | undefined,
): Promise<Standing> {
  const [ofUser, ofLink] = await Promise.all([settle(user), settle(link)]);
  const answers = { user: ofUser, link: ofLink };
  const mine = as ?? preferred(answers, kind);
  const other = answers[mine === 'user' ? 'link' : 'user'];
  return { access: answers[mine], other: other instanceof Error || !opens(other, kind) ? undefined : other };
}

async function settle(source: () => Promise<ConsoleAccess>): Promise<ConsoleAccess | Error> {
  return source().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
}

function preferred(answers: Answers, kind: ConsoleKind): ConsoleIdentity {
  const [user, link] = [weigh(answers.user, kind), weigh(answers.link, kind)];
  if (user !== link) return user > link ? 'user' : 'link';
  if (user === OPENS) return 'user';
  // Neither opens it: what is said of the link matters, unless that is only that there is none.
  return user === LACKS && !isNobody(answers.user) ? 'user' : 'link';
}

const [LACKS, LOOKS, OPENS] = [0, 1, 2];
const REFUSED = [401, 403, 404];

/** An error of the gateway is not a denial: an identity that could not be checked counts as one that may open the console. */
function weigh(answer: ConsoleAccess | Error, kind: ConsoleKind): number {
  if (answer instanceof Error) return answer instanceof ApiError && REFUSED.includes(answer.code) ? LACKS : OPENS;
  return opens(answer, kind) ? OPENS : LOOKS;
}

function isNobody(answer: ConsoleAccess | Error): boolean {
  return answer instanceof ApiError && answer.unauthorized;
}
