import { Inject, Injectable } from '@nestjs/common';
import { type TokenSource, UserClient } from './client.js';
import { Upstream } from './upstream.js';

/** Makes the clients that act for users. */
@Injectable()
export class UserClients {
  constructor(@Inject(Upstream) private readonly upstream: Upstream) {}

  /** @returns a client that shows the API server this credential and nothing else */
  of(credential: TokenSource): UserClient {
    return new UserClient(this.upstream, credential);
  }
}
