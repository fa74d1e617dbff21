import { Inject, Injectable } from '@nestjs/common';
import { Clock, type Logger, LOGGER } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Readiness } from '../ops/readiness.js';
import { Backoff, CoreV1Api, OwnClient, retryAfterOf } from '#libs/kube';
import { ownFault } from '../cluster/own-fault.js';
import { Refusal } from '../http/refusal.js';

/** Kubernetes' shortest is 10 minutes; a stolen token is worth an hour at most. */
const LIFETIME_S = 3600;
/** Renewed when this much of its life is over. */
const RENEW_AT = 0.8;
const RETRY_MS = 5000;
/** A guest's own service can answer 401 to every request: each new token after a 401 waits longer, up to this. */
const CALM_MS = 300_000;

/**
 * The token under which guests' requests go upstream: of the guest account, never of the gateway itself. Renewed
 * before it ends, and after a 401; while the API server refuses a new one, the old one serves until its end.
 */
@Injectable()
export class GuestCredential {
  #token: string | undefined;
  #expires = 0;
  #asking: Promise<string> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** A new token in place of the present one has been ordered because of a 401. */
  #rejected = false;
  readonly #rejections = new Backoff(RETRY_MS, CALM_MS);
  /** Monotonic time from which the next 401 is worth a new token. */
  #patientUntil = 0;

  constructor(
    private readonly client: OwnClient,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly clock: Clock,
    readiness: Readiness,
  ) {
    readiness.require(() => (this.ready ? [] : ['no token for the guest account']));
  }

  private get ready(): boolean {
    return this.#token !== undefined && this.clock.now() < this.#expires;
  }

  /** Fetches the first token and renews it until `stop`. */
  start(): void {
    this.renewSoon(0);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** @throws Refusal 503 if there is no token and the cluster cannot be asked for one */
  token(): string | Promise<string> {
    return this.ready && this.#token !== undefined ? this.#token : this.renewed();
  }

  private async renewed(): Promise<string> {
    try {
      return await this.renew();
    } catch (error) {
      throw ownFault(error, noToken);
    }
  }

  /**
   * A request with the token was answered 401: gets a new one, at once the first time. The present one serves until
   * then, as the 401 may come from a service behind the API server and say nothing about the token.
   */
  reject(token: string): void {
    if (token !== this.#token || this.#rejected) return;
    this.#rejected = true;
    const now = this.clock.monotonic();
    if (now > this.#patientUntil + CALM_MS) this.#rejections.reset();
    const at = Math.max(now, this.#patientUntil);
    this.#patientUntil = at + this.#rejections.next();
    this.renewSoon(at - now);
  }

  private renew(): Promise<string> {
    this.#asking ??= this.request().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  private async request(): Promise<string> {
    const { namespace, guestServiceAccount: account } = this.config;
    const asked = this.clock.now();
    const { status } = await this.client.api(CoreV1Api).createNamespacedServiceAccountToken({
      namespace,
      name: account,
      body: { spec: { audiences: [], expirationSeconds: LIFETIME_S } },
    });
    const { token, expirationTimestamp } = status ?? {};
    if (!token || !expirationTimestamp)
      throw new Error(`The API server returned no token for service account ${account}.`);
    this.#token = token;
    this.#rejected = false;
    this.#expires = expirationTimestamp.getTime();
    this.renewSoon(Math.max(RETRY_MS, (this.#expires - asked) * RENEW_AT));
    return token;
  }

  private renewSoon(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.renew().catch((err: unknown) => {
        this.log.error({ err }, 'could not get a token for the guest account');
        this.renewSoon(Math.max(RETRY_MS, retryAfterOf(err)));
      });
    }, ms).unref();
  }
}

function noToken(cause: Error): Refusal {
  const happened = 'The gateway has no credentials for guests right now.';
  return new Refusal(503, happened, 'Try again in a moment.', { retryAfter: 5, cause });
}
