import { EventEmitter } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ownFault } from '../cluster/own-fault.js';
import { isNewer, isOlder } from '../cluster/versions.js';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Refusal } from '../http/refusal.js';
import { Attempts } from '../limits/attempts.js';
import { type GateToken } from '#libs/api';
import { isKubeError, OwnClient, types } from '#libs/kube';
import { Clock } from '#libs/ops';
import { PolicyError } from '#libs/policy';
import { type SecretKey } from '#libs/token';
import { GrantError, unreachable } from './grant-error.js';
import { type ActiveGrant, toActiveGrant } from './active-grant.js';
import { LiveTokens } from './live-tokens.js';

const NEGATIVE_MS = 1000;
/** How long the watch has to bring the GateToken of a link code that may not be asked for. */
const ARRIVAL_MS = 1000;
const MOST_REMEMBERED = 10_000;
/** Requests that may wait at once for a link code that is not known yet: anyone can make up any number of codes. */
const MOST_WAITING = 1000;
/** Readings of all GateTokens because of unknown link codes, which anyone can make up: 20 at once, then one every 30 s. */
const GUESSES = { most: 20, backPerSecond: 1 / 30, addresses: 1 };

/**
 * The GateTokens of the namespace, by UID and by the hash of their link. What the watch has not brought yet is asked
 * for live, within limits, so that nobody makes the gateway flood the API server.
 */
@Injectable()
export class GrantStore {
  readonly #byUid = new Map<string, GateToken>();
  readonly #uidsByHash = new Map<string, Set<string>>();
  /** UIDs that were seen and are gone: no live question can bring them back. */
  readonly #gone = new LRUCache<string, true>({ max: MOST_REMEMBERED });
  readonly #misses = new LRUCache<string, true>({ max: MOST_REMEMBERED, ttl: NEGATIVE_MS });
  readonly #ahead = new LRUCache<string, Promise<unknown>>({ max: MOST_REMEMBERED, ttl: NEGATIVE_MS });
  readonly #asking = new Map<string, Promise<GateToken | undefined>>();
  /** Emits the hash of each link that comes. */
  readonly #arrivals = new EventEmitter().setMaxListeners(0);
  readonly #live: LiveTokens;
  readonly #guesses: Attempts;
  #waiting = 0;

  constructor(
    @Inject(Watches) { tokens }: Pick<Watches, 'tokens'>,
    @Inject(OwnClient) private readonly client: Pick<OwnClient, 'get' | 'list'>,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'namespace' | 'gateServer' | 'sessionKey'>,
    @Inject(Clock) clock: Pick<Clock, 'now'>,
  ) {
    this.#live = new LiveTokens(client, config.namespace, (token) => this.put(token));
    this.#guesses = new Attempts(clock, GUESSES);
    tokens.on('put', (token) => this.take(token));
    tokens.on('delete', (token) => this.remove(token));
  }

  /**
   * The grant as it is since this key signed it, as far as the watch has brought it.
   * @returns undefined: `byUid` and `signedBy` may find it. @throws GrantError: unknown, refused
   */
  current(uid: string, kid: string | undefined): ActiveGrant | undefined {
    const token = this.#byUid.get(uid);
    if (token === undefined || !isDecided(token)) return undefined;
    const grant = this.ours(token);
    return grant.kid === kid ? grant : undefined;
  }

  /**
   * @param uid of a GateToken that existed when one of our JWTs or cookies was made
   * @param name where it is known (a JWT says it): then one object is read instead of all
   * @throws GrantError: deleted, unknown, unreachable
   */
  async byUid(uid: string, name?: string): Promise<ActiveGrant> {
    const token = this.#byUid.get(uid) ?? (await (name === undefined ? this.findUid(uid) : this.askFor(uid, name)));
    if (token === undefined) throw new GrantError(this.#gone.has(uid) ? 'deleted' : 'unknown');
    if (isDecided(token)) return this.ours(token);
    await this.ahead(token.metadata, '');
    return this.ours(this.#byUid.get(uid) ?? token);
  }

  /**
   * The grant as it is since this key signed it. Its holder can be ahead of the watch: then it is asked for live.
   * @param kid undefined for the grant of a link
   * @throws GrantError: unreachable
   */
  async signedBy(grant: ActiveGrant, kid: string | undefined): Promise<ActiveGrant> {
    if (grant.kid === kid || !grant.registered) return grant;
    await this.ahead(grant, kid ?? '');
    return this.byUid(grant.uid, grant.name);
  }

  /**
   * @param hash base64url SHA-256 of the code of a link
   * @throws GrantError; Refusal 503 while too many wait for unknown codes
   */
  async byLinkHash(hash: string): Promise<ActiveGrant> {
    if (!this.#uidsByHash.has(hash)) await this.lookFor(hash);
    const uid = this.firstWith(hash);
    if (uid === undefined) throw new GrantError('unknown');
    return this.byUid(uid);
  }

  /** Reads a grant from the API server, past the watch. @throws GrantError: deleted, unreachable */
  async fresh(grant: ActiveGrant): Promise<GateToken> {
    const token = await this.readLive(grant.uid, grant.name);
    if (token === undefined) throw new GrantError('deleted');
    return token;
  }

  /**
   * Takes an object that an answer brought, if it is newer than what the watch has shown. The watch keeps its own object
   * anyway: another one of the same version would only be in memory twice.
   */
  put(token: GateToken): void {
    const known = this.#byUid.get(token.metadata.uid ?? '');
    if (known === undefined || isNewer(token, known)) this.take(token);
  }

  private take(token: GateToken): void {
    const { uid } = token.metadata;
    if (uid === undefined || this.#gone.has(uid)) return;
    const known = this.#byUid.get(uid);
    if (known !== undefined && isOlder(token, known)) return;
    this.#byUid.set(uid, token);
    const hash = token.spec['link-hash'];
    if (hash === undefined) return;
    this.#uidsByHash.set(hash, (this.#uidsByHash.get(hash) ?? new Set()).add(uid));
    this.#arrivals.emit(`hash:${hash}`);
  }

  /**
   * The GateToken that brought a hash: anyone who can read and create GateTokens can make another one with it, and
   * would lead the guest elsewhere. Of two that were made in one second, nobody can tell which was first. UIDs are random,
   * so one who copies would try until theirs is the smaller one; resource versions change.
   * @throws GrantError: ambiguous
   */
  private firstWith(hash: string): string | undefined {
    const tokens = [...(this.#uidsByHash.get(hash) ?? [])].flatMap((uid) => this.#byUid.get(uid)?.metadata ?? []);
    const age = ({ creationTimestamp = '' }: GateToken['metadata']): number => Date.parse(creationTimestamp) || 0;
    const [first, second] = tokens.toSorted((a, b) => age(a) - age(b));
    if (first && second && age(first) === age(second)) throw new GrantError('ambiguous');
    return first?.uid;
  }

  private forget(hash: string, uid: string): void {
    const uids = this.#uidsByHash.get(hash);
    uids?.delete(uid);
    if (uids?.size === 0) this.#uidsByHash.delete(hash);
  }

  private async lookFor(hash: string): Promise<void> {
    if (this.#waiting >= MOST_WAITING) throw tooMany();
    this.#waiting += 1;
    try {
      await (this.mayGuess() ? this.#live.read() : this.arrival(hash));
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Resolves when the watch has brought a link, and at the latest after a second: another replica may just have issued it. */
  private arrival(hash: string): Promise<void> {
    const event = `hash:${hash}`;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#arrivals.off(event, done);
        resolve();
      };
      const timer = setTimeout(done, ARRIVAL_MS);
      this.#arrivals.on(event, done);
    });
  }

  /** Reads a grant past the watch, once a second at most for each reason: only holders of a grant come so far. */
  private ahead({ uid = '', name = '' }: { uid?: string; name?: string }, reason: string): Promise<unknown> {
    const key = `${uid} ${reason}`;
    const reading = this.#ahead.get(key) ?? this.readLive(uid, name);
    if (!this.#ahead.has(key)) this.#ahead.set(key, reading);
    return reading;
  }

  private ours(token: GateToken): ActiveGrant {
    if (!this.isOurs(token)) throw new GrantError('unknown');
    return compiled(token, this.config.sessionKey);
  }

  /** Of several gateways of a namespace a grant opens one. Where none is named, an older operator signed it. */
  private isOurs({ status }: GateToken): boolean {
    const { 'gate-server': server = this.config.gateServer } = status ?? {};
    return server === this.config.gateServer;
  }

  private remove({ metadata: { uid } }: GateToken): void {
    if (uid === undefined) return;
    const hash = this.#byUid.get(uid)?.spec['link-hash'];
    if (hash !== undefined) this.forget(hash, uid);
    this.#byUid.delete(uid);
    this.#gone.set(uid, true);
  }

  private mayGuess(): boolean {
    return this.#live.isDue || this.#guesses.take('anyone') === undefined;
  }

  private async findUid(uid: string): Promise<GateToken | undefined> {
    if (this.#gone.has(uid)) return undefined;
    await this.#live.read();
    const found = this.#byUid.get(uid);
    // No UID is given twice: there is no need to ask again.
    if (found === undefined) this.#gone.set(uid, true);
    return found;
  }

  private async askFor(uid: string, name: string): Promise<GateToken | undefined> {
    if (this.#gone.has(uid) || this.#misses.has(uid)) return undefined;
    const asking = this.#asking.get(uid) ?? this.once(uid, name);
    return asking;
  }

  private once(uid: string, name: string): Promise<GateToken | undefined> {
    const asking = this.readLive(uid, name)
      .then((token) => {
        if (token === undefined) this.#misses.set(uid, true);
        return token;
      })
      .finally(() => this.#asking.delete(uid));
    this.#asking.set(uid, asking);
    return asking;
  }

  private async readLive(uid: string, name: string): Promise<GateToken | undefined> {
    try {
      const token = await this.client.get<GateToken>(types.gateTokens, name, this.config.namespace);
      if (token.metadata.uid !== uid) return undefined;
      this.put(token);
      return this.#byUid.get(uid);
    } catch (error) {
      if (isKubeError(error, 404)) return undefined;
      throw ownFault(error, unreachable);
    }
  }
}

/** Not signed yet, as far as the watch shows. */
function isDecided({ spec, status }: GateToken): boolean {
  return spec.revoked === true || (status?.phase !== undefined && status.phase !== 'Pending');
}

function compiled(token: GateToken, key: SecretKey): ActiveGrant {
  try {
    return toActiveGrant(token, key);
  } catch (error) {
    if (error instanceof PolicyError) throw new GrantError('refused', error.message);
    throw error;
  }
}

function tooMany(): Refusal {
  const happened = 'Too many links are being opened right now.';
  return new Refusal(503, happened, 'Try again in a moment.', { retryAfter: 2 });
}
