import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { type IncomingHttpHeaders } from 'node:http';
import { type Claims, kidOf } from '#libs/token';
import { type Grant, PolicyError, parseGrant } from '#libs/policy';
import { grantCookies } from './cookies.js';
import { GrantError } from './grant-error.js';
import { GrantStore } from './grant-store.js';
import { Handles } from './handle.js';
import { type ActiveGrant } from './active-grant.js';
import { grantFault, redeemFault } from './validity.js';
import { Verifier } from './verifier.js';

/** A good grant that a request brought. */
export interface Presented {
  readonly grant: ActiveGrant;
  /** Tells browsers apart that hold the same grant; undefined for a bare JWT. */
  readonly browser?: string;
}

export interface PresentedGrants {
  readonly grants: readonly Presented[];
  readonly faults: readonly GrantError[];
  /** True when the grants came in `Authorization`, which no other site can make a browser send. */
  readonly bearer: boolean;
}

/** Finds out which grants a request holds. */
@Injectable()
export class GrantReader {
  constructor(
    private readonly store: GrantStore,
    private readonly verifier: Verifier,
    private readonly handles: Handles,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly clock: Clock,
  ) {}

  /** Where `Authorization` is present it alone counts: a script means what it writes. */
  async read(headers: IncomingHttpHeaders): Promise<PresentedGrants> {
    const bearer = bearerToken(headers.authorization);
    const values = headers.authorization === undefined ? grantCookies(headers.cookie) : [bearer ?? ''];
    const outcomes = await Promise.all(values.map((value) => this.outcome(value)));
    return {
      grants: outcomes.filter((one): one is Presented => !(one instanceof GrantError)),
      faults: outcomes.filter((one) => one instanceof GrantError),
      bearer: headers.authorization !== undefined,
    };
  }

  /** @throws GrantError: why this cookie value or JWT gives nothing */
  async readOne(value: string): Promise<Presented> {
    const handle = this.handles.read(value);
    if (handle !== undefined) {
      this.refuseEnded(handle.exp);
      const grant = await this.store.signedBy(await this.store.byUid(handle.uid), handle.kid);
      // Another key signed the grant since: what the one before it signed is over, and the cookies that came of it.
      if (grant.kid !== handle.kid) {
        // Its token may have been taken back instead.
        const isSigned = grant.kid !== undefined && !grant.revoked;
        throw new GrantError(isSigned ? 'signed-again' : 'revoked').of(grant);
      }
      return this.check(grant, handle.nonce);
    }
    return this.check(await this.fromJwt(value), undefined);
  }

  /** The nonces of the cookies that a browser holds of one grant. */
  noncesOf(cookieHeader: string | undefined, uid: string): string[] {
    const held = grantCookies(cookieHeader).map((value) => this.handles.read(value));
    return held.flatMap((handle) => (handle?.uid === uid ? [handle.nonce] : []));
  }

  /** The grant of a JWT, whatever its state. @throws GrantError where the signature or the GateToken is missing */
  async fromJwt(jwt: string): Promise<ActiveGrant> {
    const { claims, hash } = await this.verifier.verify(jwt);
    this.refuseEnded(claims.exp);
    const slash = claims.sub?.indexOf('/') ?? -1;
    const [namespace, name] = [claims.sub?.slice(0, slash), claims.sub?.slice(slash + 1)];
    const registered = claims.jti !== undefined && namespace === this.config.namespace;
    if (registered && claims.jti !== undefined) {
      return madeFor(await this.store.signedBy(await this.store.byUid(claims.jti, name), kidOf(jwt)), jwt);
    }
    if (!this.config.acceptUnregistered) throw new GrantError('unknown');
    return unregistered(claims, hash);
  }

  /**
   * What has ended is refused before its GateToken is looked for: that may have been deleted long ago.
   * @param exp seconds since the epoch
   */
  private refuseEnded(exp: number): void {
    if (exp * 1000 <= this.clock.now()) throw new GrantError('expired');
  }

  private async check(grant: ActiveGrant, nonce: string | undefined): Promise<Presented> {
    const living = await this.redeemedOrAsked(grant, nonce);
    const fault = grantFault(living, this.clock.now()) ?? redeemFault(living, nonce);
    if (fault !== undefined) throw fault;
    return { grant: living, ...(nonce === undefined ? {} : { browser: nonce }) };
  }

  /** A redeem on another replica can be ahead of this one's watch: a cookie that we wrote is worth one question. */
  private async redeemedOrAsked(grant: ActiveGrant, nonce: string | undefined): Promise<ActiveGrant> {
    if (!grant.singleUse || nonce === undefined || grant.redeemedBy !== undefined) return grant;
    await this.store.fresh(grant);
    return this.store.byUid(grant.uid, grant.name);
  }

  private async outcome(value: string): Promise<Presented | GrantError> {
    try {
      return await this.readOne(value);
    } catch (error) {
      if (error instanceof GrantError) return error;
      throw error;
    }
  }
}

/**
 * Only the JWT that was made of a grant opens it. The holder of another key in force, such as one in a Secret marked as
 * a signing key, could otherwise write one for any grant whose UID they know.
 */
function madeFor(grant: ActiveGrant, jwt: string): ActiveGrant {
  if (grant.linked || (grant.kid !== undefined && grant.kid !== kidOf(jwt))) throw new GrantError('signature');
  return grant; // Where the operator made no JWT, or took it back, it gives nothing: its state says why.
}

/** A JWT that belongs to no GateToken: its claims are all there is. */
function unregistered(claims: Claims, hash: string): ActiveGrant {
  return {
    uid: `unregistered-${hash.slice(0, 32)}`,
    name: '',
    namespace: '',
    nbf: claims.nbf * 1000,
    exp: claims.exp * 1000,
    urls: claims.URLs,
    policy: policyOf(claims),
    singleUse: false,
    takeOver: true,
    viewOnly: false,
    revoked: false,
    signed: true,
    refused: false,
    registered: false,
    linked: false,
  };
}

function policyOf({ URLs, verbs }: Claims): Grant {
  try {
    return parseGrant({ urls: URLs, verbs });
  } catch (error) {
    if (error instanceof PolicyError) throw new GrantError('malformed', error.message);
    throw error;
  }
}

/** @returns the token of `Authorization: Bearer`, undefined for another scheme */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
}
