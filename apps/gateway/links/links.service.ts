import { type LinkInfo } from '#libs/api';
import { isCode, linkHash } from '#libs/token';
import { outOfTouch } from '../cluster/out-of-touch.js';
import { type GatewayConfig } from '../config/config.js';
import { Refusal } from '../http/refusal.js';
import { cookieStyle, LAST_GRANT, setGrantCookies } from '../grants/cookies.js';
import { GrantError } from '../grants/grant-error.js';
import { type GrantStore } from '../grants/grant-store.js';
import { type Handles } from '../grants/handle.js';
import { type ActiveGrant } from '../grants/active-grant.js';
import { type GrantReader } from '../grants/grant-reader.js';
import { type Redeemer } from '../grants/redeem.js';
import { grantFault } from '../grants/validity.js';
import { type Audit } from '../ops/audit.js';
import { type VmStates } from '../vms/vm-states.js';
import { locationOf, type Machine } from './link-target.js';

/** The browser that opens a link. */
export interface Visitor {
  readonly host: string | undefined;
  readonly cookies: string | undefined;
  readonly address: string;
}

export interface LinkParts {
  readonly store: GrantStore;
  readonly reader: GrantReader;
  readonly redeemer: Redeemer;
  readonly handles: Handles;
  readonly vms: VmStates;
  readonly audit: Audit;
  readonly config: Pick<GatewayConfig, 'publicUrls' | 'frameAncestors'>;
  readonly now: () => number;
  inTouch(): boolean;
}

/** A grant that is good now, and whether this browser would win it. */
export interface OpenedLink {
  readonly grant: ActiveGrant;
  /** The browser holds it already: nothing is used up by going on. */
  readonly held: boolean;
}

/** What opening and redeeming a link means, by code and by JWT. Everything throws Refusals with the links' statuses. */
export class LinksService {
  constructor(private readonly parts: LinkParts) {}

  openCode(code: unknown, visitor: Visitor): Promise<OpenedLink> {
    if (!isCode(code)) throw new Refusal(400, 'This link has no valid code.', 'Check that it was copied whole.');
    return this.open(() => this.parts.store.byLinkHash(linkHash(code)), visitor);
  }

  openJwt(jwt: string, visitor: Visitor): Promise<OpenedLink> {
    return this.open(() => this.parts.reader.fromJwt(jwt), visitor);
  }

  /**
   * Gives the grant to the browser.
   * @param jwt where it came so: kept in the cookie itself for a grant that has no GateToken
   * @returns values for `Set-Cookie`
   */
  async redeem({ grant }: OpenedLink, visitor: Visitor, jwt?: string): Promise<string[]> {
    const { reader, redeemer, handles, config, now, audit } = this.parts;
    const style = cookieStyle(visitor.host, config.publicUrls, config.frameAncestors);
    const nonce = await translate(() => redeemer.redeem(grant, reader.noncesOf(visitor.cookies, grant.uid)));
    const how = jwt === undefined ? 'link' : 'jwt';
    audit.redeemed({ token: grant.name || grant.uid, address: visitor.address, how, singleUse: grant.singleUse });
    const handle =
      grant.registered || jwt === undefined ? handles.write({ uid: grant.uid, exp: grant.exp / 1000, nonce }) : jwt;
    const cookies = setGrantCookies({ uid: grant.uid, handle, exp: grant.exp }, style, visitor.cookies, now());
    return grant.registered ? cookies : cookies.filter((cookie) => cookie.startsWith(`${LAST_GRANT}=`));
  }

  info(grant: ActiveGrant): LinkInfo {
    return {
      namespace: grant.vm?.namespace ?? grant.namespace,
      urls: [...grant.urls],
      until: new Date(grant.exp).toISOString(),
      'single-use': grant.singleUse,
      'view-only': grant.viewOnly,
      location: locationOf(grant, undefined),
      ...(grant.vm === undefined ? {} : { vm: grant.vm.vm }),
      ...(grant.description === undefined ? {} : { description: grant.description }),
      ...(grant.issuer === undefined ? {} : { issuer: grant.issuer }),
    };
  }

  location(grant: ActiveGrant, wanted: Machine | undefined): string {
    return locationOf(grant, wanted);
  }

  private async open(find: () => Promise<ActiveGrant>, { cookies }: Visitor): Promise<OpenedLink> {
    if (!this.parts.inTouch()) throw outOfTouch();
    return translate(async () => {
      const grant = await find();
      const fault = grantFault(grant, this.parts.now());
      if (fault !== undefined) throw fault;
      this.refuseReplacedVm(grant);
      const held = grant.singleUse && this.holds(grant, cookies);
      if (grant.redeemedBy !== undefined && grant.singleUse && !held) throw new GrantError('used');
      return { grant, held };
    });
  }

  private holds({ uid, redeemedBy }: ActiveGrant, cookies: string | undefined): boolean {
    return redeemedBy !== undefined && this.parts.reader.noncesOf(cookies, uid).includes(redeemedBy);
  }

  private refuseReplacedVm({ vm, vmUid }: ActiveGrant): void {
    if (vm === undefined || vmUid === undefined) return;
    const uid = this.parts.vms.get(vm.namespace, vm.vm)?.uid;
    if (uid === undefined || uid === vmUid) return;
    throw new GrantError('vm-replaced');
  }
}

/** A fault of a grant has statuses of its own on the links: 410, 425. */
async function translate<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof GrantError ? error.toLinkRefusal() : error;
  }
}
