import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { type ApiRequest } from '#libs/policy';
import { type Credential } from '../credentials/credential.js';
import { Identities } from '../credentials/identities.js';
import { CLIENT_CLOSED } from '../http/ended.js';
import { Forwarder } from './forwarder.js';

/** Upgrades other than consoles (exec, port-forward, a watch by websocket): the sockets are joined as they are. */
@Injectable()
export class PlainUpgrades {
  readonly #open = new Set<Socket>();

  constructor(
    private readonly forwarder: Forwarder,
    private readonly identities: Identities,
  ) {}

  close(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /**
   * Both sides end with its credential, and when the gateway shuts down.
   * @returns the status of the answer: 101 if it was upgraded
   * @throws Refusal 503 if the guest account has no token
   */
  async forward(
    [req, socket, head]: [IncomingMessage, Socket, Buffer],
    { request, credential }: { request: ApiRequest; credential: Credential },
    clientAddress: string,
  ): Promise<number> {
    const stop = this.identities.onEnd(credential, request, () => socket.destroy());
    this.#open.add(socket);
    socket.once('close', () => {
      stop();
      this.#open.delete(socket);
    });
    const token = await this.identities.token(credential);
    if (socket.destroyed) return CLIENT_CLOSED;
    return this.forwarder.upgrade(req, socket, head, request, { token, clientAddress });
  }
}
