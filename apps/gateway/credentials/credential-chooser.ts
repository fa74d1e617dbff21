import { type IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { type ConsoleIdentity, readIdentity } from '#libs/api';
import { type ApiRequest, decide, type DenyReason } from '#libs/policy';
import { type ActiveGrant, labelOf } from '../grants/active-grant.js';
import { GrantError, mostTelling } from '../grants/grant-error.js';
import { GrantReader, type Presented, type PresentedGrants } from '../grants/grant-reader.js';
import { isReplaced } from '../grants/validity.js';
import { Refusal } from '../http/refusal.js';
import { SIGNED_IN_USERS, type SignedInUsers } from '../sign-in/signed-in-users.js';
import { VmStates } from '../vms/vm-states.js';
import { type Credential } from './credential.js';

const ASK = 'Ask the person who sent you the link for one';

/** What to do when a grant does not allow a request: ask for a grant that does, if there can be one. */
const HINTS: Record<DenyReason, string> = {
  'never-granted': '',
  'method-not-granted': `${ASK} that does.`,
  'path-not-granted': `${ASK} that does.`,
  'needs-exact-url': `${ASK} with this exact URL.`,
  'view-only': `${ASK} that is not view only.`,
};

const NO_CREDENTIAL = { rule: 'no-credential' };

/** Finds the credential of a request that allows the request. */
@Injectable()
export class CredentialChooser {
  constructor(
    @Inject(GrantReader) private readonly grants: Pick<GrantReader, 'read'>,
    @Inject(SIGNED_IN_USERS) private readonly users: Pick<SignedInUsers, 'fromCookies'>,
    @Inject(VmStates) private readonly vms: Pick<VmStates, 'uidOf'>,
  ) {}

  /** Which grants the request brought. */
  read(headers: IncomingHttpHeaders): PresentedGrants | Promise<PresentedGrants> {
    return this.grants.read(headers);
  }

  /**
   * A grant that allows it; else the signed-in user, judged by Kubernetes. A console is opened as the user first, who
   * has full control where Kubernetes lets them open it, or as the one whom its address names.
   * @throws Refusal 400, 401, 403: the most telling reason
   */
  choose(headers: IncomingHttpHeaders, request: ApiRequest, held: PresentedGrants): Credential | Promise<Credential> {
    const as = identityIn(request);
    const grant = as === 'user' ? undefined : this.grantFor(request, held);
    if (grant !== undefined && (request.console === undefined || as === 'link')) return grant;
    return this.userOr(grant, headers, request, held);
  }

  private async userOr(
    grant: Credential | undefined,
    { cookie }: IncomingHttpHeaders,
    request: ApiRequest,
    held: PresentedGrants,
  ): Promise<Credential> {
    const as = identityIn(request);
    const user = held.bearer || as === 'link' ? undefined : await this.users.fromCookies(cookie);
    if (user !== undefined) return { kind: 'user', user };
    if (grant !== undefined) return grant;
    if (as === 'user') throw notSignedIn();
    throw this.firstDenial(request, held) ?? mostTelling(held.faults)?.toRefusal() ?? nothing(as);
  }

  /** @returns a grant for a console that the user may not open, unless they chose to open it as themselves */
  insteadOfUser(request: ApiRequest, held: PresentedGrants): Credential | undefined {
    return identityIn(request) === 'user' ? undefined : this.grantFor(request, held);
  }

  /** The first grant that allows it: one with full control before one that is view only. */
  private grantFor(request: ApiRequest, { grants }: PresentedGrants): Credential | undefined {
    let viewing: Presented | undefined;
    for (const presented of grants) {
      if (this.denialOf(presented.grant, request) !== undefined) continue;
      if (!presented.grant.viewOnly) return { kind: 'grant', presented };
      viewing ??= presented;
    }
    return viewing && { kind: 'grant', presented: viewing };
  }

  private firstDenial(request: ApiRequest, { grants }: PresentedGrants): Refusal | undefined {
    const [first] = grants;
    return first && this.denialOf(first.grant, request);
  }

  /** @returns why this grant does not allow it; undefined where it does */
  private denialOf(grant: ActiveGrant, request: ApiRequest): Refusal | undefined {
    const verdict = decide(grant.policy, request);
    const who = { grant: labelOf(grant) };
    if (!verdict.allow) return new Refusal(403, verdict.message, HINTS[verdict.reason], { rule: verdict.reason, who });
    return isReplaced(grant, this.vms) ? new GrantError('vm-replaced').of(grant).toRefusal() : undefined;
  }
}

/** @returns as whom a console is to be opened, where its address says so. @throws Refusal 400 */
function identityIn({ console: target, query }: ApiRequest): ConsoleIdentity | undefined {
  const as = target === undefined ? undefined : readIdentity(query);
  if (as !== 'invalid') return as;
  throw new Refusal(400, 'The parameter "as" of a console must be "user" or "link".', 'Correct it, or leave it out.');
}

function notSignedIn(): Refusal {
  return new Refusal(
    401,
    'You are not signed in.',
    'Sign in at /login, or open the console without as=user.',
    NO_CREDENTIAL,
  );
}

function nothing(as: ConsoleIdentity | undefined): Refusal {
  return as === 'link'
    ? new Refusal(401, 'No link was opened in this browser.', 'Open the link you received.', NO_CREDENTIAL)
    : new Refusal(401, 'No link or sign-in was presented.', 'Open the link you received, or sign in.', NO_CREDENTIAL);
}
