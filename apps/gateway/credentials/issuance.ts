import { randomInt } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type GateToken } from '#libs/api';
import { AuthenticationV1Api, AuthorizationV1Api, type UserClient, UserClients } from '#libs/kube';
import { Clock } from '#libs/ops';
import {
  firstDenied,
  grantOf,
  guestLacks,
  issuerLacks,
  neededOfGuest,
  PolicyError,
  reviewsOf,
  type Right,
  rights,
} from '#libs/policy';
import { identityOf, sealOf } from '#libs/token';
import { ownFault } from '../cluster/own-fault.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { type Issuer } from '../grants/active-grant.js';
import { dryRun } from '../grants/create-gatetoken.js';
import { type IssuerCheck } from '../grants/issue.js';
import { Refusal } from '../http/refusal.js';
import { rightsFault } from '../vms/console-rights.js';
import { GuestCredential } from './guest-credential.js';

/** As far as the user is asked about. */
type Asker = Pick<UserClient, 'api' | 'request'>;
type Where = Pick<GatewayConfig, 'namespace' | 'gateServer' | 'sessionKey' | 'issuerCheck'>;

/**
 * Whether users may do themselves what they issue grants for, asked as the user. Where an admission webhook is installed,
 * it does that, whichever way a GateToken is created; then nothing is asked and nothing is sealed here.
 */
@Injectable()
export class Issuance implements IssuerCheck {
  constructor(
    private readonly clients: UserClients,
    @Inject(GuestCredential) private readonly guest: Pick<GuestCredential, 'token'>,
    @Inject(GATEWAY_CONFIG) private readonly where: Where,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /**
   * The seal of a name that the API server generates later would be good for every name with that prefix: so the name is
   * chosen here.
   * @param token as it is to be created
   * @param isOwn whether the GateServer of this gateway signs it: the operator counts no other seal
   * @returns the same with its name and its issuer, sealed, where this gateway can prove one
   * @throws KubeError where it could not be created anyway; Refusal 403 with what the user, or the guest account, may not do; 422 where nobody can be asked; 401, 503 where the cluster cannot say
   */
  async sealed(client: Asker, token: GateToken, isOwn: boolean): Promise<GateToken> {
    if (this.where.issuerCheck === 'webhook') return token;
    const issuer = await askIdentity(client);
    const refusal = await this.refusalOf(client, issuer, token, isOwn);
    if (refusal !== undefined) {
      // What else is wrong with it comes first, as before a webhook.
      await dryRun(client, token);
      throw refusal;
    }
    if (!isOwn) return token;
    const [metadata, spec] = [named(token.metadata), { ...token.spec, issuer }];
    const seal = sealOf(this.where.sessionKey, { metadata, spec }, Math.floor(this.clock.now() / 1000));
    return { ...token, metadata, spec: { ...spec, issuer: { ...issuer, seal } } };
  }

  /** @returns what `sealed` would refuse; undefined also where the webhook answers */
  async problem(client: Asker, token: GateToken, isOwn: boolean): Promise<string | undefined> {
    if (this.where.issuerCheck === 'webhook') return undefined;
    return (await this.refusalOf(client, await askIdentity(client), token, isOwn))?.message;
  }

  private async refusalOf(
    client: Asker,
    issuer: Issuer,
    token: GateToken,
    isOwn: boolean,
  ): Promise<Refusal | undefined> {
    const given = rightsOf(token);
    if (!Array.isArray(given)) return given;
    const lack = await this.lackOf(client, issuer, given, isOwn);
    return lack === undefined ? undefined : new Refusal(403, lack, '', { rule: 'kubernetes' });
  }

  private async lackOf(
    client: Asker,
    { username }: Issuer,
    given: Right[],
    isOwn: boolean,
  ): Promise<string | undefined> {
    const missing = await firstDenied(given, (right) => allows(client, right).catch(rethrow(rightsFault)));
    if (missing !== undefined) return issuerLacks(username, missing);
    const { namespace, gateServer } = this.where;
    if (!isOwn) return undefined; // The account of another gateway cannot be asked.
    const guest = this.clients.of(() => this.guest.token());
    const never = await firstDenied(neededOfGuest(given, namespace), (right) =>
      allows(guest, right).catch(rethrow((error) => ownFault(error, guestUnknown))),
    );
    return never && guestLacks(gateServer, namespace, never);
  }
}

/** As the API server generates names (k8s.io/apiserver pkg/storage/names/generate.go). */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;

function named({ generateName, ...metadata }: GateToken['metadata']): GateToken['metadata'] {
  if (generateName === undefined) return metadata;
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return { name: `${generateName}${suffix}`, ...metadata };
}

/** SelfSubjectReview (KEP-3325): only the cluster knows whose credential it is. */
async function askIdentity(client: Asker): Promise<Issuer> {
  const review = client.api(AuthenticationV1Api).createSelfSubjectReview({ body: {} });
  const { status } = await review.catch(rethrow(rightsFault));
  const { username = '', ...who } = status?.userInfo ?? {};
  return identityOf({ username, ...who });
}

/** The rights that a grant gives, or why there can be no such grant: as the webhook says it. */
function rightsOf({ metadata: { namespace = '' }, spec }: GateToken): Right[] | Refusal {
  try {
    return rights(grantOf(namespace, spec));
  } catch (error) {
    if (error instanceof PolicyError) return new Refusal(422, `spec.${error.message}`);
    throw error;
  }
}

async function allows(client: Asker, right: Right): Promise<boolean> {
  const api = client.api(AuthorizationV1Api);
  const reviews = reviewsOf(right).map((spec) => api.createSelfSubjectAccessReview({ body: { spec } }));
  return (await Promise.all(reviews)).every(({ status }) => status?.allowed === true);
}

const rethrow =
  (toError: (error: unknown) => unknown) =>
  (error: unknown): never => {
    throw toError(error);
  };

function guestUnknown(cause: Error): Refusal {
  const happened = 'The gateway could not ask the cluster for the permissions of its guest account.';
  return new Refusal(503, happened, 'Try again in a moment.', { retryAfter: 5, cause });
}
