import { Inject, Injectable } from '@nestjs/common';
import { type AuditResult, Clock, resultOf } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { type ActiveGrant, labelOf } from '../grants/active-grant.js';
import { cookieStyle, LAST_GRANT, setGrantCookies } from '../grants/cookies.js';
import { asLinkRefusal } from '../grants/grant-error.js';
import { GrantReader } from '../grants/grant-reader.js';
import { Handles } from '../grants/handle.js';
import { Redeemer } from '../grants/redeem.js';
import { Refusal } from '../http/refusal.js';
import { Audit } from '../ops/audit.js';
import { CookieProbe } from './cookie-probe.js';
import { type Visitor } from './visitors.js';

/** Gives grants to browsers: redeems them, and makes the cookies in which a browser keeps them. */
@Injectable()
export class LinkKeeper {
  constructor(
    private readonly redeemer: Redeemer,
    private readonly reader: GrantReader,
    private readonly handles: Handles,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly probe: CookieProbe,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  /**
   * @param jwt where it came so: kept in the cookie itself for a grant that has no GateToken
   * @param checkCookies a page asks, which knows whether its browser should have the probe's cookie: a script may not
   * @returns values for `Set-Cookie`
   * @throws Refusal 410 if another browser was first; 400 if this one does not keep cookies
   */
  async keep(
    grant: ActiveGrant,
    { cookies, host, address }: Visitor,
    { jwt, checkCookies }: { jwt?: string; checkCookies?: boolean | undefined },
  ): Promise<string[]> {
    if (checkCookies === true) this.probe.require(cookies);
    const { uid, exp, registered, kid } = grant;
    const tell = (result: AuditResult): void =>
      this.audit.write({ ...eventOf(grant, jwt === undefined ? 'link' : 'jwt'), ...result, from: address });
    const nonce = await asLinkRefusal(() => this.redeemer.redeem(grant, this.reader.noncesOf(cookies, uid))).catch(
      (error: unknown) => {
        // It may be used up, unlike one that is refused.
        if (error instanceof Refusal && error.code >= 500) tell(resultOf(error.code, error.rule, error.message));
        throw error;
      },
    );
    tell({ outcome: 'allowed' });
    const handle = registered || jwt === undefined ? this.handles.write({ uid, exp: exp / 1000, nonce, kid }) : jwt;
    const style = cookieStyle(host, this.config.publicUrls, this.config.frameAncestors);
    const set = setGrantCookies({ uid, handle, exp }, style, cookies, this.clock.now());
    return registered ? set : set.filter((cookie) => cookie.startsWith(`${LAST_GRANT}=`));
  }
}

function eventOf(grant: ActiveGrant, how: 'link' | 'jwt') {
  const { name, namespace, registered, singleUse } = grant;
  const what = registered ? { verb: 'redeem', resource: 'gatetokens', namespace, name } : { verb: 'redeem' };
  return { audit: 'redeem', who: { grant: labelOf(grant) }, what, how, 'single-use': singleUse } as const;
}
