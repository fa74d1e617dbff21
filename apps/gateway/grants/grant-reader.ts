import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { type IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import { type Claims, type KeyRing, kidOf } from '#libs/token';
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

/** What a cookie or a JWT proves whenever it is looked at: its signature stays good, and what it says stays the same. */
interface Proof {
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly kid: string | undefined;
  /** UID of its GateToken, and its name where that is known; or the grant that belongs to none. */
  readonly of: { readonly uid: string; readonly name?: string | undefined } | ActiveGrant;
  /** Of a cookie. */
  readonly nonce?: string;
  /** Of a JWT: the keys with which it was verified. */
  readonly ring?: KeyRing;
}

/** Of one header. */
interface Proven {
  readonly bearer: boolean;
  readonly proofs: readonly Proof[];
}

/** Headers whose proofs are remembered, and their characters in all. */
const MOST_HEADERS = 10_000;
const MOST_CHARACTERS = 12 * 1024 * 1024;

/** Finds out which grants a request holds. */
@Injectable()
export class GrantReader {
  /** By `Authorization` or `Cookie`. Only signatures are remembered: whether a grant is good is asked of each request. */
  readonly #proven = new LRUCache<string, Proven>({
    max: MOST_HEADERS,
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (_proven, header) => header.length + 1,
  });

  constructor(
    private readonly store: GrantStore,
    private readonly verifier: Verifier,
    private readonly handles: Handles,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Where `Authorization` is present it alone counts: a script means what it writes.
   * @returns at once where no signature has to be checked, and nothing to be asked for
   */
  read(headers: IncomingHttpHeaders): PresentedGrants | Promise<PresentedGrants> {
    return this.known(headers) ?? this.find(headers);
  }

  /** The nonces of the cookies that a browser holds of one grant. */
  noncesOf(cookieHeader: string | undefined, uid: string): string[] {
    const held = grantCookies(cookieHeader).map((value) => this.handles.read(value));
    return held.flatMap((handle) => (handle?.uid === uid ? [handle.nonce] : []));
  }

  /** The grant of a JWT, whatever its state. @throws GrantError where the signature or the GateToken is missing */
  async fromJwt(jwt: string): Promise<ActiveGrant> {
    return this.grantOf(await this.proveJwt(jwt));
  }

  private known({ authorization, cookie }: IncomingHttpHeaders): PresentedGrants | undefined {
    const header = authorization ?? cookie;
    if (header === undefined) return NONE;
    const bearer = authorization !== undefined;
    const proven = this.#proven.get(header);
    if (proven?.bearer !== bearer) return undefined;
    const [grants, faults]: [Presented[], GrantError[]] = [[], []];
    for (const proof of proven.proofs) {
      const outcome = this.standing(proof);
      if (outcome === undefined) return undefined;
      if (outcome instanceof GrantError) faults.push(outcome);
      else grants.push(outcome);
    }
    return { grants, faults, bearer };
  }

  private async find({ authorization, cookie }: IncomingHttpHeaders): Promise<PresentedGrants> {
    const bearer = authorization !== undefined;
    const values = bearer ? [bearerToken(authorization) ?? ''] : grantCookies(cookie);
    const proofs: Proof[] = [];
    const outcomes = await Promise.all(values.map((value, at) => this.outcome(value, (proof) => (proofs[at] = proof))));
    const header = authorization ?? cookie;
    // Nobody who holds nothing takes the place of those who do.
    const isProven = values.length > 0 && values.every((_value, at) => proofs[at] !== undefined);
    if (header !== undefined && isProven) this.#proven.set(header, { bearer, proofs });
    return {
      grants: outcomes.filter((one): one is Presented => !(one instanceof GrantError)),
      faults: outcomes.filter((one) => one instanceof GrantError),
      bearer,
    };
  }

  private async outcome(value: string, onProven: (proof: Proof) => void): Promise<Presented | GrantError> {
    try {
      const proof = await this.prove(value);
      onProven(proof);
      return await this.askedFor(proof);
    } catch (error) {
      if (error instanceof GrantError) return error;
      throw error;
    }
  }

  private async prove(value: string): Promise<Proof> {
    const handle = this.handles.read(value);
    if (handle === undefined) return this.proveJwt(value);
    const { uid, exp, kid, nonce } = handle;
    return { exp, kid, nonce, of: { uid } };
  }

  private async proveJwt(jwt: string): Promise<Proof> {
    const { claims, hash, ring } = await this.verifier.verify(jwt);
    this.refuseEnded(claims.exp);
    const proof = { exp: claims.exp, kid: kidOf(jwt), ring };
    const slash = claims.sub?.indexOf('/') ?? -1;
    const [namespace, name] = [claims.sub?.slice(0, slash), claims.sub?.slice(slash + 1)];
    if (claims.jti !== undefined && namespace === this.config.namespace)
      return { ...proof, of: { uid: claims.jti, name } };
    if (!this.config.acceptUnregistered) throw new GrantError('unknown');
    return { ...proof, of: unregistered(claims, hash) };
  }

  /** What it gives now. @returns undefined: that has to be asked for */
  private standing(proof: Proof): Presented | GrantError | undefined {
    if (proof.ring !== undefined && !this.verifier.isCurrent(proof.ring)) return undefined;
    try {
      this.refuseEnded(proof.exp);
      const grant = 'policy' in proof.of ? proof.of : this.store.current(proof.of.uid, proof.kid);
      if (grant === undefined || isAhead(grant, proof)) return undefined;
      return this.presented(made(grant, proof), proof);
    } catch (error) {
      if (error instanceof GrantError) return error;
      throw error;
    }
  }

  /** The same, asked for where the watch may be behind. @throws GrantError */
  private async askedFor(proof: Proof): Promise<Presented> {
    const grant = await this.grantOf(proof);
    if (!isAhead(grant, proof)) return this.presented(grant, proof);
    await this.store.fresh(grant);
    return this.presented(await this.store.byUid(grant.uid, grant.name), proof);
  }

  /** What has ended is refused before its GateToken is looked for: that may have been deleted long ago. */
  private async grantOf(proof: Proof): Promise<ActiveGrant> {
    this.refuseEnded(proof.exp);
    if ('policy' in proof.of) return proof.of;
    const { uid, name } = proof.of;
    return made(await this.store.signedBy(await this.store.byUid(uid, name), proof.kid), proof);
  }

  /** @param exp seconds since the epoch */
  private refuseEnded(exp: number): void {
    if (exp * 1000 <= this.clock.now()) throw new GrantError('expired');
  }

  private presented(grant: ActiveGrant, { nonce }: Proof): Presented {
    const fault = grantFault(grant, this.clock.now()) ?? redeemFault(grant, nonce);
    if (fault !== undefined) throw fault;
    return nonce === undefined ? { grant } : { grant, browser: nonce };
  }
}

const NONE: PresentedGrants = { grants: [], faults: [], bearer: false };

/** A redeem on another replica can be ahead of this one's watch: a cookie that we wrote is worth one question. */
function isAhead(grant: ActiveGrant, { nonce }: Proof): boolean {
  return grant.singleUse && nonce !== undefined && grant.redeemedBy === undefined;
}

/** @returns the grant, if what proves it was made of it, and since the key of the moment signed it. @throws GrantError */
function made(grant: ActiveGrant, { kid, ring }: Proof): ActiveGrant {
  return ring === undefined ? redeemedWith(grant, kid) : madeFor(grant, kid);
}

/** Another key signed the grant since: what the one before it signed is over, and the cookies that came of it. */
function redeemedWith(grant: ActiveGrant, kid: string | undefined): ActiveGrant {
  if (grant.kid === kid) return grant;
  // Its token may have been taken back instead.
  const isSigned = grant.kid !== undefined && !grant.revoked;
  throw new GrantError(isSigned ? 'signed-again' : 'revoked').of(grant);
}

/**
 * Only the JWT that was made of a grant opens it. The holder of another key in force, such as one in a Secret marked as
 * a signing key, could otherwise write one for any grant whose UID they know.
 */
function madeFor(grant: ActiveGrant, kid: string | undefined): ActiveGrant {
  if (grant.linked || (grant.kid !== undefined && grant.kid !== kid)) throw new GrantError('signature');
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
