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

/** The GateSession of one console. */
export interface ConsoleRecord {
  readonly name: string;
  /** Resolves when what was last written of it is answered. */
  written: Promise<void>;
}

/** Keeps the GateSession of a console; deleting that ends the console. */
@Injectable()
export class ConsoleRecorder {
  constructor(
    private readonly records: SessionRecords,
    private readonly usage: Usage,
    private readonly audit: Audit,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  /**
   * Makes the record, which ends with the console. Until `opened` it is one of a console that is being opened.
   * @throws KubeError, NetworkError: a console that cannot be recorded must not open
   */
  async record(live: LiveConsole): Promise<ConsoleRecord> {
    const record: ConsoleRecord = { name: await this.records.create(this.start(live)), written: Promise.resolve() };
    live.onEnd(async () => {
      const { bytesIn, bytesOut } = live.tunnel;
      const { reason } = await live.tunnel.ended;
      // A status that is on its way must not arrive after the last one.
      await record.written;
      const ended = this.records.end(record.name, { bytesIn, bytesOut, reason });
      if (live.session === undefined) this.recount(live);
      await Promise.all([ended, live.session === undefined ? undefined : this.count(live)]);
    });
    return record;
  }

  /**
   * The viewer is about to get the console.
   * @returns resolves when the record says so too. @throws KubeError, NetworkError
   */
  opened(live: LiveConsole, record: ConsoleRecord): Promise<void> {
    const { name: session } = record;
    live.session = session;
    live.onEnd(this.records.onDeleted(session, () => live.tunnel.end(consoleEnd(ended, ended.reasons.deleted))));
    const who = auditWho(live.order.credential);
    this.audit.write({ audit: 'open', outcome: 'allowed', who, from: live.order.address, what: live.what, session });
    void this.count(live);
    const written = this.records.begin(session);
    record.written = written.catch(() => undefined);
    return written;
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

  /** It never opened, but may have been counted when another console of the grant opened or closed. */
  private recount(live: LiveConsole): void {
    const grant = grantOf(live);
    if (grant?.registered === true) this.usage.correct(grant.name, this.records.live(grant.name));
  }

  private async count(live: LiveConsole): Promise<void> {
    const grant = grantOf(live);
    if (grant !== undefined) await this.usage.consoles(grant, this.records.live(grant.name));
  }
}

function grantOf({ order: { credential } }: LiveConsole): ActiveGrant | undefined {
  return credential.kind === 'grant' ? credential.presented.grant : undefined;
}
