import { Inject, Injectable, Optional } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuthorizationV1Api, isKubeError, NetworkError, OwnClient } from '#libs/kube';
import { Clock, type Logger, LOGGER } from '#libs/ops';
import { type ReviewAttributes, reviewsOf, type Right, rightInWords } from '#libs/policy';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { type Issuer } from '../grants/active-grant.js';
import { Metrics } from '../ops/metrics.js';
import { ReviewedRight } from './reviewed-right.js';

/** What is waited for is an open or a redeem, by a person. */
const ASK_MS = 5000;
const MOST_REMEMBERED = 10_000;
/** Differs for each token of a ServiceAccount, which may request one for each grant. RBAC cannot decide by it. */
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/**
 * What Kubernetes says about the rights of issuers, as LocalSubjectAccessReviews: the gateway may create those in its own
 * namespace alone. One answer serves everything that depends on it.
 */
@Injectable()
export class IssuerReviews {
  readonly #reviewed = new LRUCache<string, ReviewedRight>({ max: MOST_REMEMBERED });
  readonly #names = new WeakMap<Issuer, string>();
  /** A grant keeps its rights: they need not be written down as questions for each request. */
  readonly #found = new WeakMap<Right, { issuer: Issuer; all: readonly ReviewedRight[] }>();
  /** The fault of the last review was logged. */
  #failing = false;

  constructor(
    @Inject(OwnClient) private readonly client: Pick<OwnClient, 'api'>,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'namespace' | 'issuerRecheck'>,
    @Inject(LOGGER) private readonly log: Pick<Logger, 'info' | 'warn' | 'error'>,
    @Inject(Metrics) private readonly metrics: Pick<Metrics, 'issuerReviewed'>,
    @Inject(Clock) private readonly clock: Pick<Clock, 'monotonic'>,
    @Optional() private readonly askMs = ASK_MS,
  ) {}

  /** @returns all that have to allow it; none where no such review can ask it: another namespace, a path of no resource */
  of(issuer: Issuer, right: Right): readonly ReviewedRight[] {
    const known = this.#found.get(right);
    if (known?.issuer === issuer) return known.all;
    const all = this.find(issuer, right);
    this.#found.set(right, { issuer, all });
    return all;
  }

  private find(issuer: Issuer, right: Right): ReviewedRight[] {
    const { namespace } = this.config;
    if (right.path !== undefined || (right.namespace ?? namespace) !== namespace) return [];
    // A right in all namespaces is one in this namespace too.
    const here = { ...right, namespace };
    return reviewsOf(here).map((attributes) => {
      const key = `${this.nameOf(issuer)} ${JSON.stringify(attributes)}`;
      const reviewed = this.#reviewed.get(key) ?? this.reviewed(issuer, here, attributes);
      this.#reviewed.set(key, reviewed);
      return reviewed;
    });
  }

  /** The same for all grants of one identity, by whichever of its credentials they were issued. */
  private nameOf(issuer: Issuer): string {
    const known = this.#names.get(issuer);
    if (known !== undefined) return known;
    const { username, uid, groups = [], extra = {} } = issuer;
    const kept = Object.entries(extra).filter(([name]) => name !== CREDENTIAL_ID);
    const sorted = kept.sort(([a], [b]) => (a < b ? -1 : 1));
    const name = JSON.stringify([username, uid, groups.toSorted(), sorted]);
    this.#names.set(issuer, name);
    return name;
  }

  private reviewed(issuer: Issuer, right: Right, attributes: ReviewAttributes): ReviewedRight {
    let before: boolean | undefined;
    const ask = async (): Promise<boolean> => {
      const allowed = await this.ask(issuer, attributes);
      if (allowed !== (before ?? true)) this.tell(issuer, right, allowed);
      before = allowed;
      return allowed;
    };
    return new ReviewedRight(ask, this.config.issuerRecheck, this.clock);
  }

  private tell({ username: issuer }: Issuer, right: Right, allowed: boolean): void {
    const line = { issuer, right: rightInWords(right) };
    if (allowed) this.log.info(line, 'the issuer of links has a right again');
    else this.log.warn(line, 'the issuer of links has lost a right: what depends on it ends');
  }

  private async ask(issuer: Issuer, attributes: ReviewAttributes): Promise<boolean> {
    try {
      const allowed = await this.review(issuer, attributes);
      this.#failing = false;
      this.metrics.issuerReviewed(allowed ? 'allowed' : 'denied');
      return allowed;
    } catch (error) {
      this.metrics.issuerReviewed('failed');
      this.tellFault(error);
      throw error;
    }
  }

  private async review({ username: user, ...who }: Issuer, attributes: ReviewAttributes): Promise<boolean> {
    const { namespace } = this.config;
    const review = this.client.api(AuthorizationV1Api).createNamespacedLocalSubjectAccessReview({
      namespace,
      body: { metadata: { namespace }, spec: { user, ...who, ...attributes } },
    });
    const { status } = await this.inTime(review);
    if (status === undefined) throw new Error('The API server answered a LocalSubjectAccessReview without a status.');
    return status.allowed;
  }

  private async inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NetworkError('no answer in time', undefined)), this.askMs);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  /** Once for all reviews, until one is answered. */
  private tellFault(err: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    if (isKubeError(err, 403)) {
      const todo = 'apply deploy/install.yaml of this release, so that the operator can give its Role the right';
      this.log.error({ err }, `the gateway may not create localsubjectaccessreviews: ${todo}`);
      return;
    }
    this.log.warn({ err }, "the cluster could not be asked for the rights of links' issuers");
  }
}
