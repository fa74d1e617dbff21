import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';

import { type ObjectAccess, type UserInfo } from '../types.js';
import { remoteService, type RemoteService } from './api-service.js';
import { Availability } from './availability.js';
import { type ApiResource } from './check.js';
import { type Delivery, forward, unavailable } from './forward.js';
import { resolve } from './resolve.js';
import { type ClientIdentity, Transports } from './transport.js';
import { refuse, tunnel } from './tunnel.js';

export interface AggregatorOptions {
  objects: ObjectAccess;
  /** The front proxy's client certificate, PEM; asked for each time, so that it may be renewed. */
  identity: () => ClientIdentity;
  now: () => Date;
  /** Called when the resources of a backend became known, changed or went. */
  onDiscovery?: () => void;
  /** Faults of this server itself. Default: the console. */
  report?: (error: unknown) => void;
}

/** A group version served elsewhere, for discovery. */
export interface RemoteGroupVersion {
  group: string;
  version: string;
  groupPriority: number;
  versionPriority: number;
  /** Empty while the backend was never reached. */
  resources: ApiResource[];
  available: boolean;
}

/** Passes requests for the group versions of APIServices with a service on to it, as kube-aggregator does. */
export class Aggregator {
  private readonly transports: Transports;
  private readonly availability: Availability;

  constructor(private readonly options: AggregatorOptions) {
    this.transports = new Transports(options.identity);
    this.availability = new Availability(
      options.objects,
      this.transports,
      options.now,
      options.onDiscovery ?? ((): void => undefined),
      options.report ?? console.error,
    );
  }

  start(): void {
    this.availability.start();
  }

  stop(): void {
    this.availability.stop();
    this.transports.close();
  }

  /** Whether another server is to answer for this group version. */
  serves(group: string, version: string): boolean {
    return this.find(group, version) !== undefined;
  }

  /** For discovery; sorted as the objects are. */
  groupVersions(): RemoteGroupVersion[] {
    return this.options.objects.list('apiregistration.k8s.io', 'apiservices').flatMap((object) => {
      const remote = remoteService(object);
      if (!remote) return [];
      const { group, version, groupPriority, versionPriority, available, name } = remote;
      return [
        { group, version, groupPriority, versionPriority, available, resources: this.availability.resourcesOf(name) },
      ];
    });
  }

  /** An ordinary request, already authorized, whose body nobody has read. Streams both ways. */
  handle(req: IncomingMessage, res: ServerResponse, user: UserInfo, group: string, version: string): void {
    const delivery = this.deliver(user, group, version);
    if (!delivery) {
      unavailable(res, 'service unavailable');
      return;
    }
    forward(req, res, delivery, this.transports, () => this.availability.suspect(delivery.remote.name));
  }

  /** An upgrade, already authorized. Takes the socket over. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, user: UserInfo, group: string, version: string): void {
    const delivery = this.deliver(user, group, version);
    if (!delivery) {
      refuse(socket, 503, 'service unavailable');
      return;
    }
    tunnel(req, socket, head, delivery, this.transports, () => this.availability.suspect(delivery.remote.name));
  }

  private find(group: string, version: string): RemoteService | undefined {
    const object = this.options.objects.get('apiregistration.k8s.io', 'apiservices', `${version}.${group}`);
    return object && remoteService(object);
  }

  private deliver(user: UserInfo, group: string, version: string): Delivery | undefined {
    const remote = this.find(group, version);
    if (!remote?.available) return undefined;
    try {
      return { remote, user, address: resolve(this.options.objects, remote) };
    } catch {
      return undefined;
    }
  }
}
