import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { ConsoleDoor } from '../console/console-door.js';
import { isIssuerLost } from '../console/ends.js';
import { whoIs } from '../credentials/credential.js';
import { Answers } from '../http/answers.js';
import { ClientAddresses } from '../http/client-address.js';
import { CLIENT_CLOSED } from '../http/ended.js';
import { Refusal } from '../http/refusal.js';
import { RequestLog } from '../http/request-log.js';
import { type Authorization, Pipeline } from './pipeline.js';
import { PlainUpgrades } from './plain-upgrades.js';
import { shuttingDown } from './request-door.js';
import { forwarded, whatOf } from './told.js';

/** The door for upgrades: the only listener of the server's `upgrade` event. */
@Injectable()
export class UpgradeDoor {
  #closing = false;

  constructor(
    private readonly pipeline: Pipeline,
    private readonly consoles: ConsoleDoor,
    private readonly plain: PlainUpgrades,
    private readonly answers: Answers,
    private readonly log: RequestLog,
    private readonly addresses: ClientAddresses,
  ) {}

  /** Refuses upgrades from now on. Open plain ones are cut; ConsoleDoor ends the consoles. */
  close(): void {
    this.#closing = true;
    this.plain.close();
  }

  handle(req: IncomingMessage, socket: Socket, head: Buffer): void {
    // Without a listener an error of this socket would end the process.
    socket.on('error', () => socket.destroy());
    const end = this.log.began('upgrade');
    this.serve(req, socket, head).then(end, (error: unknown) => {
      const refusal = this.log.answerTo('upgrade', error);
      end(refusal.code);
      this.answers.refuseUpgrade(req, socket, refusal);
    });
  }

  /** @returns the status of the answer: 101 if it was upgraded, that of the cluster if not */
  private async serve(req: IncomingMessage, socket: Socket, head: Buffer): Promise<number> {
    const { method = 'GET', url = '', headers } = req;
    if (this.#closing) throw shuttingDown();
    if (!url.startsWith('/k8s/'))
      throw new Refusal(404, 'There is no WebSocket at this address.', 'WebSocket addresses start with /k8s/.');
    if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') throw onlyWebsockets();
    const verdict = await this.pipeline.authorize({ method, url, headers, upgrade: true });
    if (!verdict.allow) {
      this.log.denied(req, verdict.refusal, verdict.credential && whoIs(verdict.credential));
      if (!isToldByCode(verdict)) throw verdict.refusal;
      await this.consoles.refuse(req, socket, head, this.log.answerTo('upgrade', verdict.refusal));
      return 101;
    }
    if (this.#closing) throw shuttingDown();
    if (socket.destroyed) return CLIENT_CLOSED;
    const { request, credential } = verdict;
    const address = this.addresses.of(req);
    if (request.console === undefined) {
      this.log.identify(req, async () => whoIs(credential));
      this.log.acts(req, { audit: 'upgrade', what: whatOf(request) });
      const status = await this.plain.forward([req, socket, head], verdict, address);
      this.log.acted(req, status === 101 ? { outcome: 'allowed', code: 101 } : forwarded(status));
      return status;
    }
    await this.consoles.open(req, socket, head, { request, credential, target: request.console, address });
    return 101;
  }
}

/** What the page of a console tells apart, or tries again by itself: browsers cannot read a status. */
function isToldByCode({ refusal, request }: Extract<Authorization, { allow: false }>): boolean {
  return request?.console !== undefined && (refusal.code === 503 || isIssuerLost(refusal));
}

function onlyWebsockets(): Refusal {
  return new Refusal(400, 'The gateway forwards only upgrades to WebSocket.', 'Use a WebSocket client.');
}
