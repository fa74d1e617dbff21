import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { type ApiRequest } from '#libs/policy';
import { type Credential } from '../credentials/credential.js';
import { Identities } from '../credentials/identities.js';
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
   * It ends with its credential.
   * @returns false if the client left before there was a token for it
   * @throws Refusal 503 if the guest account has no token
   */
  async forward(
    [req, socket, head]: [IncomingMessage, Socket, Buffer],
    { request, credential }: { request: ApiRequest; credential: Credential },
    clientAddress: string,
  ): Promise<boolean> {
    const token = await this.identities.token(credential);
    if (socket.destroyed) return false;
    this.#open.add(socket);
    const stop = this.identities.onEnd(credential, () => socket.destroy());
    socket.once('close', () => {
      stop();
      this.#open.delete(socket);
    });
    this.forwarder.upgrade(req, socket, head, request, { token, clientAddress });
    return true;
  }
}
