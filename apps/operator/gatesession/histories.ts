import { Inject, Injectable } from '@nestjs/common';
import { type GateSession } from '#libs/api';
import { type Informer, keyOf } from '#libs/kube';
import { Watches } from '../cluster/watches.js';
import { Newest } from './newest.js';

/** How many ended records are kept: of one viewer (a grant or a user) on one VM, and of one namespace. */
export const KEPT = { ofViewer: 20, ofNamespace: 5000 };

/** Which ended records are too many: a browser that opens a console in a loop leaves one each time. */
@Injectable()
export class Histories {
  readonly #newest = new Map<string, Newest>();
  #onSurplus: (key: string) => void = () => undefined;

  constructor(@Inject(Watches) { gateSessions }: { gateSessions: Pick<Informer<GateSession>, 'on'> }) {
    gateSessions.on('put', (session) => this.put(session));
    gateSessions.on('delete', (session) => this.delete(session));
  }

  /** Calls `handler` with the namespace/name of each record that newer ones have made too many. */
  onSurplus(handler: (key: string) => void): void {
    this.#onSurplus = handler;
  }

  /** True for an ended record when newer ones take its place. */
  isSurplus(session: GateSession): boolean {
    if (session.status?.phase !== 'Ended') return false;
    return groupsOf(session).some(([group, most]) => {
      const newest = this.#newest.get(group);
      return newest !== undefined && newest.size >= most && !newest.has(keyOf(session));
    });
  }

  private put(session: GateSession): void {
    if (session.status?.phase !== 'Ended') return;
    for (const [group, most] of groupsOf(session)) {
      const newest = this.#newest.get(group) ?? new Newest(most);
      this.#newest.set(group, newest);
      const dropped = newest.add(keyOf(session), Date.parse(session.status.ended ?? '') || 0);
      if (dropped !== undefined) this.#onSurplus(dropped);
    }
  }

  private delete(session: GateSession): void {
    for (const [group] of groupsOf(session)) {
      const newest = this.#newest.get(group);
      newest?.delete(keyOf(session));
      if (newest?.size === 0) this.#newest.delete(group);
    }
  }
}

/** What a record is counted in, and how many are kept there. */
function groupsOf({ metadata, spec }: GateSession): [group: string, most: number][] {
  const { namespace } = metadata;
  const viewer = [namespace, spec.token, spec.user, spec.namespace, spec.vm];
  return [
    [JSON.stringify(viewer), KEPT.ofViewer],
    [JSON.stringify([namespace]), KEPT.ofNamespace],
  ];
}
