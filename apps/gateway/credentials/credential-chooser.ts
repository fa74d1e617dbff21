import { type IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { type ApiRequest, decide, type DenyReason } from '#libs/policy';
import { type ActiveGrant } from '../grants/active-grant.js';
import { GrantError, mostTelling } from '../grants/grant-error.js';
import { GrantReader, type PresentedGrants } from '../grants/grant-reader.js';
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

/** Finds the credential of a request that allows the request. */
@Injectable()
export class CredentialChooser {
  constructor(
    @Inject(GrantReader) private readonly grants: Pick<GrantReader, 'read'>,
    @Inject(SIGNED_IN_USERS) private readonly users: Pick<SignedInUsers, 'fromCookies'>,
    @Inject(VmStates) private readonly vms: Pick<VmStates, 'get'>,
  ) {}

  /** Which grants the request brought. */
  read(headers: IncomingHttpHeaders): Promise<PresentedGrants> {
    return this.grants.read(headers);
  }

  /**
   * The first grant that allows it; else the signed-in user, judged by Kubernetes.
   * @throws Refusal 401, 403: the most telling reason
   */
  async choose({ cookie }: IncomingHttpHeaders, request: ApiRequest, held: PresentedGrants): Promise<Credential> {
    let denial: Refusal | undefined;
    for (const presented of held.grants) {
      const why = this.denialOf(presented.grant, request);
      if (why === undefined) return { kind: 'grant', presented };
      denial ??= why;
    }
    const user = held.bearer ? undefined : await this.users.fromCookies(cookie);
    if (user !== undefined) return { kind: 'user', user };
    throw denial ?? mostTelling(held.faults)?.toRefusal() ?? nobody();
  }

  /** @returns why this grant does not allow it; undefined where it does */
  private denialOf(grant: ActiveGrant, request: ApiRequest): Refusal | undefined {
    const verdict = decide(grant.policy, request);
    if (!verdict.allow) return new Refusal(403, verdict.message, HINTS[verdict.reason]);
    return this.isReplaced(grant) ? new GrantError('vm-replaced').toRefusal() : undefined;
  }

  /**
   * A grant for one VM is bound to its UID: old links do not reach a VM recreated under the same name. If the VM is
   * gone, the cluster says so (404), or the console does (4004).
   */
  private isReplaced({ vm, vmUid }: ActiveGrant): boolean {
    if (vm === undefined || vmUid === undefined) return false;
    const uid = this.vms.get(vm.namespace, vm.vm)?.uid;
    return uid !== undefined && uid !== vmUid;
  }
}

function nobody(): Refusal {
  return new Refusal(401, 'No link or sign-in was presented.', 'Open the link you received, or sign in.');
}
