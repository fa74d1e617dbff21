import { Refusal, type RefusalCode } from '../http/refusal.js';
import { type ActiveGrant, labelOf } from './active-grant.js';

/** Why a presented grant gives no access. */
export type GrantFault =
  | 'malformed'
  | 'signature'
  | 'unknown'
  | 'ambiguous'
  | 'not-signed'
  | 'refused'
  | 'expired'
  | 'not-yet'
  | 'revoked'
  | 'deleted'
  | 'signed-again'
  | 'vm-replaced'
  | 'vm-missing'
  | 'used'
  | 'needs-redeem'
  | 'issuer-lost-access'
  | 'uncheckable'
  | 'unreachable';

interface Wording {
  message: string;
  hint: string;
  /** The status on the links, where a person opens something. */
  link: RefusalCode;
  /** The status everywhere else; absent: 401, a missing credential. */
  other?: RefusalCode;
  /** Overrides Kubernetes' reason of the status. */
  reason?: string;
  /** Seconds after which a retry makes sense: the fault is temporary. */
  retryAfter?: number;
}

const ASK = 'Ask the person who sent you the link for a new one.';

const WORDING: Record<GrantFault, Wording> = {
  malformed: {
    message: 'This gateway cannot read the token.',
    hint: 'Check that you copied all of it.',
    link: 401,
  },
  signature: { message: 'This gateway did not sign the token.', hint: ASK, link: 401 },
  unknown: {
    message: 'This gateway does not know the link.',
    hint: `Check that you copied all of it. ${ASK}`,
    link: 401,
  },
  ambiguous: {
    message:
      'Two links with this code were created in the same second, so this gateway cannot tell which one is yours.',
    hint: ASK,
    link: 410,
  },
  'not-signed': {
    message: 'The link is not ready yet.',
    hint: 'Try again in a moment.',
    link: 425,
    retryAfter: 2,
  },
  refused: { message: 'The link could not be created.', hint: ASK, link: 410 },
  expired: { message: 'The link has expired.', hint: ASK, link: 410 },
  'not-yet': { message: 'The link is not valid yet.', hint: 'Open it again after its start time.', link: 425 },
  revoked: { message: 'The link was revoked.', hint: ASK, link: 410 },
  deleted: { message: 'The link was revoked.', hint: ASK, link: 410 },
  'signed-again': { message: 'The key of this link is no longer valid.', hint: 'Ask for a new link.', link: 410 },
  'vm-replaced': {
    message: 'The virtual machine this link was issued for no longer exists.',
    hint: `A virtual machine that now has its name is a different one. ${ASK}`,
    link: 410,
    other: 403,
  },
  'vm-missing': {
    message: 'The virtual machine of this link does not exist.',
    hint: 'Ask the person who sent you the link.',
    link: 410,
    other: 403,
  },
  used: { message: 'This link works only once and has already been used.', hint: ASK, link: 410 },
  'needs-redeem': {
    message: 'This token works only once, in a browser.',
    hint: 'Open its link and press the button on that page.',
    link: 401,
  },
  'issuer-lost-access': {
    message: 'The person who issued this link no longer has access.',
    hint: 'This link works again if they get their access back. Otherwise, ask someone who has access for a new link.',
    link: 403,
    other: 403,
    reason: 'IssuerLostAccess',
  },
  uncheckable: {
    message: 'This link gives more than can be checked against the access of the person who issued it.',
    hint: `${ASK} A new one has to stay within the limits.`,
    link: 403,
    other: 403,
  },
  unreachable: {
    message: 'The gateway cannot reach the cluster to check this link.',
    hint: 'Try again in a moment.',
    link: 503,
    other: 503,
    retryAfter: 5,
  },
};

/**
 * @property code what is wrong
 * @property detail the reason of the token library, without the token
 * @property grant the grant at fault, if known: for answers about a grant that no longer gives access
 */
export class GrantError extends Error {
  #label: string | undefined;

  constructor(
    readonly code: GrantFault,
    readonly detail?: string,
    readonly grant?: ActiveGrant,
    options?: ErrorOptions,
  ) {
    super(WORDING[code].message, options);
  }

  /** Names the grant that is at fault, for the audit log. @returns this */
  of(grant: ActiveGrant): this {
    this.#label = labelOf(grant);
    return this;
  }

  /** The answer on /l and /auth/jwt/set. */
  toLinkRefusal(): Refusal {
    return this.refusal(WORDING[this.code].link);
  }

  /** The answer on /k8s and in the REST API. */
  toRefusal(): Refusal {
    return this.refusal(WORDING[this.code].other ?? 401);
  }

  private refusal(code: RefusalCode): Refusal {
    const { message, hint, retryAfter, reason } = WORDING[this.code];
    const said = this.detail === undefined ? message : `${message} (${this.detail})`;
    const { cause } = this;
    const who = this.#label === undefined ? undefined : { grant: this.#label };
    const more = { rule: this.code, who, cause };
    const own = { ...(retryAfter === undefined ? {} : { retryAfter }), ...(reason === undefined ? {} : { reason }) };
    return new Refusal(code, said, hint, { ...own, ...more });
  }
}

/** A grant cannot be read or written because the cluster does not answer. */
export function unreachable(cause: Error): GrantError {
  return new GrantError('unreachable', undefined, undefined, { cause });
}

/** Turns a GrantError of `work` into the refusal of a link, which has its own statuses: 410, 425. */
export async function asLinkRefusal<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof GrantError ? error.toLinkRefusal() : error;
  }
}

/** The most informative fault comes first: "expired" tells a person more than "unknown". */
const TELLING: GrantFault[] = [
  'unreachable',
  'issuer-lost-access',
  'uncheckable',
  'not-yet',
  'expired',
  'revoked',
  'deleted',
  'signed-again',
  'vm-replaced',
  'vm-missing',
  'used',
  'needs-redeem',
  'refused',
  'not-signed',
  'ambiguous',
  'unknown',
  'signature',
  'malformed',
];

/** @returns the fault to show of those that the presented grants had; undefined for an empty list */
export function mostTelling(faults: readonly GrantError[]): GrantError | undefined {
  return faults.toSorted((a, b) => TELLING.indexOf(a.code) - TELLING.indexOf(b.code))[0];
}
