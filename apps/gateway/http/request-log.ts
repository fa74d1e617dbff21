import { type IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Audit, type Denial } from '../ops/audit.js';
import { Metrics } from '../ops/metrics.js';
import { clientAddress } from './client-address.js';
import { type Refusal } from './refusal.js';

/** Logs and counts requests, whichever door they use. */
@Injectable()
export class RequestLog {
  constructor(
    private readonly audit: Audit,
    private readonly metrics: Metrics,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  addressOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
    return clientAddress(socket.remoteAddress, headers['x-forwarded-for'], this.config.trustedHops);
  }

  /** @returns to be called with the status once the answer has ended */
  began(door: 'http' | 'upgrade'): (code: number) => void {
    return this.metrics.request(door);
  }

  denied(door: Denial['door'], req: IncomingMessage & { originalUrl?: string }, refusal: Refusal): void {
    const { method = '', originalUrl: url = req.url ?? '' } = req;
    this.audit.denied({ door, method, url, address: this.addressOf(req), refusal });
  }

  fault(where: string, error: unknown): void {
    this.audit.fault(where, error);
  }
}
