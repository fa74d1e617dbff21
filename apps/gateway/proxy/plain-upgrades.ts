import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { type ApiRequest } from '#libs/policy';
import { type Credential } from '../credentials/credential.js';
import { Identities } from '../credentials/identities.js';
import { CLIENT_CLOSED } from '../http/ended.js';
import { Forwarder } from './forwarder.js';
import { statusOf } from './told.js';

/** Upgrades other than consoles (exec, port-forward, a watch by websocket): the sockets are joined as they are. */
@Injectable()
export class PlainUpgrades {
  /** What cuts each that is open, with the status that it counts as. */
  readonly #open = new Set<(status: number) => void>();

  constructor(
    private readonly forwarder: Forwarder,
    private readonly identities: Identities,
  ) {}

  close(): void {
    for (const cut of this.#open) cut(503);
  }

  /**
   * Both sides end with its credential, and when the gateway shuts down.
   * @returns the status of the answer: 101 if it was upgraded; what it counts as where it was cut before
   * @throws Refusal 503 if the guest account has no token
   */
  async forward(
    [req, socket, head]: [IncomingMessage, Socket, Buffer],
    { request, credential }: { request: ApiRequest; credential: Credential },
    clientAddress: string,
  ): Promise<number> {
    let ended = CLIENT_CLOSED;
    const cut = (status: number): void => {
      ended = status;
      socket.destroy();
    };
    const stop = this.identities.onEnd(credential, request, (end) => cut(statusOf(end)));
    this.#open.add(cut);
    socket.once('close', () => {
      stop();
      this.#open.delete(cut);
    });
    const token = await this.identities.token(credential);
    if (socket.destroyed) return ended;
    const status = await this.forwarder.upgrade(req, socket, head, request, { token, clientAddress });
    return status === CLIENT_CLOSED ? ended : status;
  }
}
