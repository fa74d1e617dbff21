import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { isCode, linkHash } from '#libs/token';
import { outOfTouch } from '../cluster/out-of-touch.js';
import { Watches } from '../cluster/watches.js';
import { type ActiveGrant } from '../grants/active-grant.js';
import { asLinkRefusal, GrantError, mostTelling } from '../grants/grant-error.js';
import { GrantReader, type PresentedGrants } from '../grants/grant-reader.js';
import { GrantStore } from '../grants/grant-store.js';
import { grantFault, isReplaced } from '../grants/validity.js';
import { Refusal } from '../http/refusal.js';
import { IssuerRights } from '../issuers/issuer-rights.js';
import { VmStates } from '../vms/vm-states.js';

/** A grant that is valid now, and whether this browser already holds it. */
export interface OpenedLink {
  readonly grant: ActiveGrant;
  /** The browser already holds it: opening it again uses nothing up. */
  readonly held: boolean;
}

const REOPEN = 'Open the link you received.';

/** Finds the grant of a link. Everything throws Refusals with the links' statuses. */
@Injectable()
export class LinkOpener {
  constructor(
    private readonly store: GrantStore,
    private readonly reader: GrantReader,
    private readonly vms: VmStates,
    private readonly watches: Watches,
    private readonly issuers: IssuerRights,
    private readonly clock: Clock,
  ) {}

  /** @param cookies the browser's `Cookie` header */
  byCode(code: string, cookies: string | undefined): Promise<OpenedLink> {
    if (!isCode(code)) throw new Refusal(400, 'This link has no valid code.', 'Check that you copied the whole link.');
    return this.open(() => this.store.byLinkHash(linkHash(code)), cookies);
  }

  /** @param cookies the browser's `Cookie` header */
  byJwt(jwt: string, cookies: string | undefined): Promise<OpenedLink> {
    return this.open(() => this.reader.fromJwt(jwt), cookies);
  }

  /**
   * @param held the grants that a request brought
   * @param uid of the one that is meant
   */
  async held({ grants, faults }: PresentedGrants, uid: string): Promise<ActiveGrant> {
    if (!this.watches.inTouch()) throw outOfTouch();
    const found = grants.find(({ grant }) => grant.uid === uid);
    if (found === undefined)
      throw mostTelling(faults)?.toLinkRefusal() ?? new Refusal(404, 'This browser does not hold this link.', REOPEN);
    if (isReplaced(found.grant, this.vms)) throw new GrantError('vm-replaced').of(found.grant).toLinkRefusal();
    await asLinkRefusal(() => this.issuers.check(found.grant));
    return found.grant;
  }

  private async open(find: () => Promise<ActiveGrant>, cookies: string | undefined): Promise<OpenedLink> {
    if (!this.watches.inTouch()) throw outOfTouch();
    return asLinkRefusal(async () => {
      const grant = await find();
      const fault = grantFault(grant, this.clock.now());
      if (fault !== undefined) throw fault;
      if (isReplaced(grant, this.vms)) throw new GrantError('vm-replaced').of(grant);
      const held = grant.singleUse && this.holds(grant, cookies);
      if (grant.redeemedBy !== undefined && grant.singleUse && !held) throw new GrantError('used').of(grant);
      await this.issuers.check(grant);
      return { grant, held };
    });
  }

  private holds({ uid, redeemedBy }: ActiveGrant, cookies: string | undefined): boolean {
    return redeemedBy !== undefined && this.reader.noncesOf(cookies, uid).includes(redeemedBy);
  }
}
