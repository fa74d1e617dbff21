import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';

import { type ObjectAccess, type UserInfo } from '../types.js';
import { remoteService, type RemoteService } from './api-service.js';
import { type Delivery, forward, unavailable } from './forward.js';
import { resolve, UnresolvedError } from './resolve.js';
import { type ClientIdentity, Transports } from './transport.js';
import { refuse, tunnel } from './tunnel.js';

/** Passes requests for the group versions of APIServices with a service on to it, as kube-aggregator does. */
export class Aggregator {
  private readonly transports: Transports;

  /** @param identity the front proxy's client certificate, PEM */
  constructor(
    private readonly objects: ObjectAccess,
    identity: ClientIdentity,
  ) {
    this.transports = new Transports(identity);
  }

  close(): void {
    this.transports.close();
  }

  /** Whether another server is to answer for this group version. */
  serves(group: string, version: string): boolean {
    return this.find(group, version) !== undefined;
  }

  /** The groups that other servers answer for, in order of their priority; each with its versions, likewise. */
  groups(): Map<string, string[]> {
    const groups = new Map<string, string[]>();
    const remotes = this.objects.list('apiregistration.k8s.io', 'apiservices').flatMap((o) => remoteService(o) ?? []);
    remotes.sort((a, b) => b.groupPriority - a.groupPriority || b.versionPriority - a.versionPriority);
    for (const { group, version } of remotes) groups.set(group, [...(groups.get(group) ?? []), version]);
    return groups;
  }

  /** An ordinary request, already authorized, whose body has not been read. Streams both ways. */
  handle(req: IncomingMessage, res: ServerResponse, user: UserInfo, group: string, version: string): void {
    const delivery = this.deliver(user, group, version);
    if (typeof delivery === 'string') unavailable(res, delivery);
    else forward(req, res, delivery, this.transports);
  }

  /** An upgrade, already authorized. Takes the socket over. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, user: UserInfo, group: string, version: string): void {
    const delivery = this.deliver(user, group, version);
    if (typeof delivery === 'string') refuse(socket, 503, delivery);
    else tunnel(req, socket, head, delivery, this.transports);
  }

  private find(group: string, version: string): RemoteService | undefined {
    const object = this.objects.get('apiregistration.k8s.io', 'apiservices', `${version}.${group}`);
    return object && remoteService(object);
  }

  /** Why the request leads nowhere, in words, where it does. */
  private deliver(user: UserInfo, group: string, version: string): Delivery | string {
    const remote = this.find(group, version);
    if (!remote) return 'service unavailable';
    try {
      return { remote, user, address: resolve(this.objects, remote) };
    } catch (error) {
      if (error instanceof UnresolvedError) return `service unavailable: ${error.message}`;
      throw error;
    }
  }
}
