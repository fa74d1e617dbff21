import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, gateServerDefaults, type GateToken } from '#libs/api';
import { type Again, type EventRecorder, isKubeError, type KubeClient, types } from '#libs/kube';
import { KeyRing, parseDuration, sign, TokenError } from '#libs/token';
import { OPERATOR } from '../cluster/labels.js';
import { decide, type Decision, type Signing } from './desired.js';
import { gather, type Gathered, type Sources } from './gather.js';
import { isCurrent, type OwnStatus, statusOf } from './status.js';

/** setTimeout and clocks drift: look again at least so often. */
const LONGEST_SLEEP_MS = 6 * 3_600_000;

export interface TokenReconcilerOptions {
  client: Pick<KubeClient, 'get' | 'apply' | 'delete'>;
  watches: Sources;
  events: Pick<EventRecorder, 'record'>;
  now: () => number;
}

/** GateToken -> signed token, phase, conditions. */
export class TokenReconciler {
  constructor(private readonly options: TokenReconcilerOptions) {}

  /** @param key namespace/name. Throws what passes by itself; everything else is in the status. */
  async reconcile(key: string): Promise<Again> {
    const { client, watches, now } = this.options;
    const [namespace = '', name = ''] = key.split('/');
    const gathered = await gather(watches, client, namespace, name);
    if (!gathered) return;
    const { decision, jwt } = await this.#make(gathered, decide(gathered, now()));
    const removal = removalOf(gathered, decision);
    if (removal !== undefined && removal <= now()) return this.#remove(gathered.token);
    await this.#write(gathered.token, statusOf(gathered.token, decision, jwt, new Date(now())));
    const next = decision.phase === 'Expired' || decision.phase === 'Revoked' ? removal : endOf(decision);
    return next === undefined ? undefined : { again: Math.min(Math.max(0, next - now()), LONGEST_SLEEP_MS) };
  }

  /** Signs, unless the token that is there already is good. */
  async #make(gathered: Gathered, decision: Decision): Promise<{ decision: Decision; jwt?: string }> {
    if (decision.phase !== 'Ready' || !decision.signing) return { decision };
    const { token } = gathered;
    const present = token.status?.token;
    if (present && isGood(present, decision.signing)) return { decision, jwt: present };
    try {
      return { decision, jwt: await sign(decision.signing.claims, decision.signing.key) };
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      const { message } = error;
      return { decision: { phase: 'Error', reason: 'TokenTooLong', message, end: decision.end } };
    }
  }

  async #write(token: GateToken, status: OwnStatus): Promise<void> {
    if (isCurrent(token, status)) return;
    const { name, namespace, uid, resourceVersion } = token.metadata;
    // A copy that lags may not know the token that was signed already, the VM that it was bound to, or that another one
    // was made under the same name: then this is refused (409), and decided anew once the watch has brought it.
    const metadata = { name, namespace, uid, resourceVersion } as GateToken['metadata'];
    const body = { apiVersion: API_VERSION, kind: 'GateToken', metadata, status };
    try {
      await this.options.client.apply(types.gateTokens, body, {
        fieldManager: OPERATOR,
        force: true,
        subresource: 'status',
      });
    } catch (error) {
      if (isKubeError(error, 404)) return;
      throw error;
    }
    this.#tell(token, status);
  }

  #tell(token: GateToken, { phase, conditions = [] }: OwnStatus): void {
    const ready = conditions.find(({ type }) => type === 'Ready');
    const before = token.status?.conditions?.find(({ type }) => type === 'Ready');
    if (!ready || (token.status?.phase === phase && before?.reason === ready.reason)) return;
    const type = phase === 'Error' ? 'Warning' : 'Normal';
    this.options.events.record(token, type, ready.reason, ready.message, types.gateTokens);
  }

  async #remove({ metadata }: GateToken): Promise<void> {
    const { name = '', namespace, uid } = metadata;
    try {
      await this.options.client.delete(types.gateTokens, name, namespace, uid ? { uid } : {});
    } catch (error) {
      if (!isKubeError(error, 404, 409)) throw error;
    }
  }
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
  const kept = servers.map(({ spec }) => parseDuration(gateServerDefaults(spec)['token-retention']));
  return Math.max(end, Date.parse(token.metadata.creationTimestamp ?? '') || 0) + Math.max(...kept);
}
