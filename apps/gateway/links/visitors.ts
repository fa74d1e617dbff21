import { Inject, Injectable } from '@nestjs/common';
import { type Request } from 'express';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { clientAddress } from '../http/client-address.js';

/** The browser that opens a link. */
export interface Visitor {
  readonly host: string | undefined;
  readonly cookies: string | undefined;
  readonly address: string;
}

/** Finds out which browser made a request. */
@Injectable()
export class Visitors {
  constructor(@Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig) {}

  of({ headers, socket }: Request): Visitor {
    const address = clientAddress(socket.remoteAddress, headers['x-forwarded-for'], this.config.trustedHops);
    return { host: headers.host, cookies: headers.cookie, address };
  }
}
