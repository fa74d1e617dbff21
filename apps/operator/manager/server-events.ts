import { Injectable } from '@nestjs/common';
import { type GateServer } from '#libs/api';
import { types } from '#libs/kube';
import { Admission } from '../admission/admission.js';
import { Reporter } from '../apply/reporter.js';
import { Watches } from '../cluster/watches.js';
import { changedFields } from '../ops/changed-fields.js';

/**
 * Events of what others do to GateServers, told by the leader. They name no user, as guests may be able to read Events: the
 * audit log does.
 */
@Injectable()
export class ServerEvents {
  constructor(
    private readonly watches: Watches,
    private readonly reporter: Reporter,
    private readonly admission: Admission,
  ) {}

  start(): void {
    this.watches.gateServers.on('put', (server, old) => this.#changed(server, old));
    this.admission.onAbsent((problem) => this.#webhook(problem));
  }

  #changed(server: GateServer, old: GateServer | undefined): void {
    if (!old || old.metadata.uid !== server.metadata.uid) return;
    const fields = changedFields(old, server);
    if (fields.length === 0) return;
    const message = `${new Intl.ListFormat('en').format(fields)} ${fields.length === 1 ? 'was' : 'were'} changed.`;
    this.reporter.event(types.gateServers, server, 'Normal', 'SpecChanged', message);
  }

  #webhook(problem: string | undefined): void {
    const [level, reason, message] =
      problem === undefined
        ? (['Normal', 'WebhookBack', 'Whoever creates GateTokens and GateServers is checked again.'] as const)
        : ([
            'Warning',
            'WebhookMissing',
            `${problem} Meanwhile, not everything is checked that creators of GateTokens and GateServers may give.`,
          ] as const);
    for (const server of this.watches.gateServers.list())
      this.reporter.event(types.gateServers, server, level, reason, message);
  }
}
