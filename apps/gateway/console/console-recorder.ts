import { Inject, Injectable } from '@nestjs/common';
import { CONSOLE_ENDS } from '#libs/api';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { auditWho } from '../credentials/credential.js';
import { type ActiveGrant } from '../grants/active-grant.js';
import { Usage } from '../grants/usage.js';
import { Audit } from '../ops/audit.js';
import { SessionRecords, type SessionStart } from '../sessions/session-records.js';
import { consoleEnd } from './ends.js';
import { type LiveConsole } from './live-console.js';

const { ended } = CONSOLE_ENDS;

/** Keeps the GateSession of a console; deleting that ends the console. */
@Injectable()
export class ConsoleRecorder {
  constructor(
    private readonly records: SessionRecords,
    private readonly usage: Usage,
    private readonly audit: Audit,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** @throws KubeError, NetworkError: a console that cannot be recorded must not open */
  async record(live: LiveConsole): Promise<void> {
    const { address } = live.order;
    const grant = grantOf(live);
    const session = await this.records.open(this.start(live));
    live.session = session;
    const stop = this.records.onDeleted(session, () => live.tunnel.end(consoleEnd(ended, ended.reasons.deleted)));
    const close = async (): Promise<void> => {
      stop();
      const { bytesIn, bytesOut } = live.tunnel;
      const { reason } = await live.tunnel.ended;
      await Promise.all([this.records.end(session, { bytesIn, bytesOut, reason }), this.count(grant)]);
    };
    if (live.over) return close().catch((error: unknown) => this.audit.fault('session', error));
    live.onEnd(close);
    const who = auditWho(live.order.credential);
    this.audit.write({ audit: 'open', outcome: 'allowed', who, from: address, what: live.what, session });
    void this.count(grant);
  }

  private start(live: LiveConsole): SessionStart {
    const { credential, target, address, userAgent } = live.order;
    const grant = grantOf(live);
    return {
      vm: target.vm,
      ...(target.namespace === this.config.namespace ? {} : { namespace: target.namespace }),
      kind: target.kind,
      'client-address': address,
      ...(grant?.registered === true ? { token: grant.name } : {}),
      ...(credential.kind === 'user' ? { user: credential.user.username } : {}),
      ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
    };
  }

  private async count(grant: ActiveGrant | undefined): Promise<void> {
    if (grant !== undefined) await this.usage.consoles(grant, this.records.live(grant.name));
  }
}

function grantOf({ order: { credential } }: LiveConsole): ActiveGrant | undefined {
  return credential.kind === 'grant' ? credential.presented.grant : undefined;
}
