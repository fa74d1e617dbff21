import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LONGEST_TIMER_MS } from '#libs/ops';
import { Watches } from './cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from './config/config.js';
import { ConsoleDoor } from './console/console-door.js';
import { Ticker } from './console/ticker.js';
import { type GatewayAdapter } from './http/adapter.js';
import { Readiness } from './ops/readiness.js';
import { Forwarder } from './proxy/forwarder.js';
import { GuestCredential } from './credentials/guest-credential.js';
import { IssuerRights } from './issuers/issuer-rights.js';
import { RequestDoor } from './proxy/request-door.js';
import { UpgradeDoor } from './proxy/upgrade-door.js';
import { Orphans } from './sessions/orphans.js';
import { ReplicaLease } from './sessions/replica-lease.js';

/** Everything that runs besides requests, in the order in which it is started and stopped. */
@Injectable()
export class Running {
  constructor(
    readonly watches: Watches,
    readonly guests: GuestCredential,
    readonly replica: ReplicaLease,
    readonly ticker: Ticker,
    readonly issuers: IssuerRights,
    readonly orphans: Orphans,
  ) {}

  start(): void {
    this.watches.start();
    this.guests.start();
    this.ticker.start();
    this.issuers.start();
    this.replica.start();
    this.orphans.start(this.watches.synced());
  }

  async stop(): Promise<void> {
    this.orphans.stop();
    this.issuers.stop();
    this.ticker.stop();
    this.guests.stop();
    await this.replica.stop();
    await this.watches.stop();
  }
}

/** The doors, and that they open and close. */
@Injectable()
export class Entrance {
  constructor(
    readonly request: RequestDoor,
    readonly upgrade: UpgradeDoor,
    readonly consoles: ConsoleDoor,
    readonly forwarder: Forwarder,
  ) {}

  /** Refuses new requests; tells every console to connect to another replica. */
  async close(): Promise<void> {
    this.request.close();
    this.upgrade.close();
    await this.consoles.close();
  }
}

/** Starts and stops the gateway with Nest's hooks. */
@Injectable()
export class Lifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly running: Running,
    private readonly entrance: Entrance,
    private readonly readiness: Readiness,
    private readonly host: HttpAdapterHost,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  onApplicationBootstrap(): void {
    (this.host.httpAdapter as unknown as GatewayAdapter).setDoors(this.entrance);
    this.running.start();
  }

  /**
   * Not ready first. Kubernetes notices a moment later, so the doors stay open meanwhile, but only after its SIGTERM:
   * a person who presses Ctrl-C need not wait. Then no connection is taken any more: a proxy whose connection is refused
   * tries another replica, which it would not after a 503. Browsers learn why their consoles end (tunnels are still alive
   * here), and requests in flight get the drain time.
   *
   * The wait is not `gracefulShutdownTimeoutMs` of terminus: Nest calls that hook after this one, when the doors have closed.
   */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    this.readiness.close();
    if (signal === 'SIGTERM') await sleep(this.config.shutdownDelay);
    const server = this.host.httpAdapter.getHttpServer() as Server;
    server.close();
    await this.entrance.close();
    await this.running.stop();
    const cutRest = (): void => {
      this.entrance.request.drained();
      server.closeAllConnections();
    };
    setTimeout(cutRest, Math.min(this.config.drainTime, LONGEST_TIMER_MS)).unref();
  }

  /** Nothing is in flight any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.entrance.forwarder.close();
  }
}
