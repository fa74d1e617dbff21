import { Injectable } from '@nestjs/common';
import { type Request } from 'express';
import { ClientAddresses } from '../http/client-address.js';

/** The browser that opens a link. */
export interface Visitor {
  readonly host: string | undefined;
  readonly cookies: string | undefined;
  readonly address: string;
}

/** Finds out which browser made a request. */
@Injectable()
export class Visitors {
  constructor(private readonly addresses: ClientAddresses) {}

  of(request: Request): Visitor {
    const { host, cookie: cookies } = request.headers;
    return { host, cookies, address: this.addresses.of(request) };
  }
}
