import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { type GateToken } from '#libs/api';
import { type Again, type KubeClient, OwnClient, types } from '#libs/kube';
import { KeyRing, parseDuration, sign, TokenError } from '#libs/token';
import { remove } from '../apply/remove.js';
import { Reporter } from '../apply/reporter.js';
import { settingsOf } from '../gateserver/servers.js';
import { Audit } from '../ops/audit.js';
import { TokenChanges } from './changes.js';
import { decisionOf, type Decision, type Signing, unpublished } from './desired.js';
import { type Gathered, TokenGatherer } from './gather.js';
import { issuerOf } from './provenance.js';
import { gateTokenStatus, isCurrent, OWN, type OwnStatus, SIGNED_AGAIN } from './status.js';

/** setTimeout and clocks drift: look again at least so often. */
const LONGEST_SLEEP_MS = 6 * 3_600_000;

/** GateToken -> signed token, phase, conditions. */
@Injectable()
export class TokenReconciler {
  constructor(
    private readonly gatherer: TokenGatherer,
    @Inject(TokenChanges) private readonly changes: Pick<TokenChanges, 'writing'>,
    @Inject(OwnClient) private readonly client: Pick<KubeClient, 'delete'>,
    private readonly reporter: Reporter,
    private readonly audit: Audit,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** @param key namespace/name. Throws what passes by itself; everything else is in the status. */
  async reconcile(key: string): Promise<Again> {
    const now = this.clock.now();
    const [namespace = '', name = ''] = key.split('/');
    const gathered = await this.gatherer.gather(namespace, name);
    if (!gathered) return;
    const { decision, jwt } = await this.#make(gathered, decisionOf(gathered, now));
    const known = { jwt, issuer: issuerOf(gathered, decision.phase === 'Ready' ? decision.gatewayKey : undefined) };
    this.audit.seen(gathered.token, decision.phase, known.issuer);
    const removal = removalOf(gathered, decision);
    if (removal !== undefined && removal <= now) {
      this.audit.removing(gathered.token);
      return remove(this.client, types.gateTokens, gathered.token.metadata);
    }
    if (!isKept(gathered.token, decision))
      await this.#report(gathered.token, gateTokenStatus(gathered.token, decision, known, new Date(now)));
    const next = decision.phase === 'Expired' || decision.phase === 'Revoked' ? removal : endOf(decision);
    return next === undefined ? undefined : { again: Math.min(Math.max(0, next - now), LONGEST_SLEEP_MS) };
  }

  /** Signs, unless the token that is there already is good; with no key that the gateway may not know yet. */
  async #make(gathered: Gathered, decision: Decision): Promise<{ decision: Decision; jwt?: string }> {
    if (decision.phase !== 'Ready' || !decision.signing) return { decision };
    const { token } = gathered;
    const present = token.status?.token;
    if (present && isGood(present, decision.signing)) return { decision, jwt: present };
    if (!decision.signing.isPublished) return { decision: unpublished(decision) };
    try {
      return { decision, jwt: await sign(decision.signing.claims, decision.signing.key) };
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      const { message } = error;
      return { decision: { phase: 'Error', reason: 'TokenTooLong', message, end: decision.end } };
    }
  }

  async #report(token: GateToken, status: OwnStatus): Promise<void> {
    if (isCurrent(token, status)) return;
    const { name = '', namespace = '', uid = '', resourceVersion = '' } = token.metadata;
    // A copy that lags may not know the token that was signed already, the VM that it was bound to, or that another one
    // was made under the same name: then this is refused (409), and decided again once the watch delivers it.
    const version = { name, namespace, uid, resourceVersion };
    const write = () => this.reporter.writeStatus(types.gateTokens, version, status, OWN);
    if (await this.changes.writing(token, write)) this.#tell(token, status);
  }

  #tell(token: GateToken, { phase, conditions = [], token: jwt }: OwnStatus): void {
    const ready = conditions.find(({ type }) => type === 'Ready');
    const before = token.status?.conditions?.find(({ type }) => type === 'Ready');
    const isNew = token.status?.phase !== phase || before?.reason !== ready?.reason;
    const isAgain = ready?.reason === SIGNED_AGAIN;
    if (!ready || !(isNew || (isAgain && token.status?.token !== jwt))) return;
    if (!isAgain && isExpected(phase, token.status?.phase)) return;
    const level = phase === 'Error' || isAgain ? 'Warning' : 'Normal';
    this.reporter.event(types.gateTokens, token, level, ready.reason, ready.message);
  }
}

/** Until the next key is published, the gateway knows the key before it: what was signed is good until then. */
function isKept({ status }: GateToken, decision: Decision): boolean {
  return status?.phase === 'Ready' && decision.phase === 'Pending' && decision.reason === 'KeyNotPublished';
}

/** True when `jwt` says the same, is signed by a key in force, for this gateway. */
function isGood(jwt: string, { claims, keys, issuers }: Signing): boolean {
  try {
    const found = new KeyRing(keys, { issuers }).verify(jwt, claims.nbf * 1000);
    return isDeepStrictEqual({ ...found, iss: '' }, { ...claims, iss: '' });
  } catch {
    return false;
  }
}

/**
 * It became what was asked for, when that was to be: the condition says so, and Events of that would be half of all writes.
 */
function isExpected(phase: OwnStatus['phase'], before: OwnStatus['phase']): boolean {
  return phase === 'Pending' || phase === 'Expired' || (phase === 'Ready' && before !== 'Error');
}

function endOf({ end }: Decision): number | undefined {
  return end === undefined ? undefined : end * 1000;
}

/**
 * When an ended token is deleted: by the longest retention of its namespace's GateServers; without one it stays. One
 * that had ended before it was made is kept as long, so that its writer can see why it is of no use.
 */
function removalOf({ servers, token }: Gathered, decision: Decision): number | undefined {
  if (decision.phase !== 'Expired' && decision.phase !== 'Revoked') return undefined;
  const end = endOf(decision);
  if (end === undefined || servers.length === 0) return undefined;
  const kept = servers.map((server) => parseDuration(settingsOf(server)['token-retention']));
  return Math.max(end, Date.parse(token.metadata.creationTimestamp ?? '') || 0) + Math.max(...kept);
}
