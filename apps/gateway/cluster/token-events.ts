import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { EventRecorder, OwnClient, types } from '#libs/kube';
import { type AuditEvent, Clock, type Logger, LOGGER } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Audit } from '../ops/audit.js';
import { Watches } from './watches.js';

/** The same of one grant is told so often at most: a client that polls with a revoked link would write all the time. */
const AGAIN_MS = 60_000;
/** Events of this replica a minute at most, whatever is tried with however many grants. */
const MOST_A_MINUTE = 60;
const MINUTE_MS = 60_000;

/**
 * Tells those who read a GateToken that its link was opened, and that a request with it was refused, by Events. Guests
 * may be allowed to read Events: these name no user and no address, unlike the audit log.
 */
@Injectable()
export class TokenEvents {
  readonly #recorder: EventRecorder;
  readonly #recent = new LRUCache<string, true>({ max: 1000, ttl: AGAIN_MS });
  #minute = { began: -Infinity, written: 0 };

  constructor(
    audit: Audit,
    private readonly watches: Watches,
    private readonly clock: Clock,
    client: OwnClient,
    @Inject(LOGGER) log: Logger,
    @Inject(GATEWAY_CONFIG) { podName }: GatewayConfig,
  ) {
    const onError = (err: unknown) => log.warn({ err }, 'could not write an Event');
    this.#recorder = new EventRecorder(client, { component: 'kube-gateway', instance: podName, onError });
    audit.onWritten((event) => this.#hear(event));
  }

  #hear(event: AuditEvent): void {
    const { audit, who } = event;
    if (who === undefined || !('grant' in who)) return;
    if (audit === 'redeem') this.#tell(who.grant, 'Normal', 'Redeemed', 'A browser opened the link of this grant.');
    if (audit !== 'refuse') return;
    const message = `A request with this grant was refused (${event.rule}). The gateway's audit log has the details.`;
    this.#tell(who.grant, 'Warning', 'RequestRefused', message);
  }

  /** Of a grant that has no GateToken, or none any more, nobody could read it. */
  #tell(grant: string, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const [namespace = '', name = ''] = grant.split('/');
    const token = this.watches.tokens.get(name, namespace);
    if (token === undefined || !this.#isDue(`${token.metadata.uid} ${message}`)) return;
    this.#recorder.record(token, type, reason, message, types.gateTokens);
  }

  #isDue(what: string): boolean {
    const now = this.clock.monotonic();
    if (now - this.#minute.began >= MINUTE_MS) this.#minute = { began: now, written: 0 };
    if (this.#recent.has(what) || this.#minute.written >= MOST_A_MINUTE) return false;
    this.#recent.set(what, true);
    this.#minute.written += 1;
    return true;
  }
}
