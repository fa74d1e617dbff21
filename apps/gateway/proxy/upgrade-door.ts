import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { ConsoleDoor } from '../console/console-door.js';
import { isIssuerLost } from '../console/ends.js';
import { auditWho } from '../credentials/credential.js';
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
      if (isOfCluster(req)) this.log.refused(req, refusal);
      this.answers.refuseUpgrade(req, socket, refusal);
    });
  }

  /** @returns the status of the answer: 101 if it was upgraded, that of the cluster if not */
  private async serve(req: IncomingMessage, socket: Socket, head: Buffer): Promise<number> {
    const { method = 'GET', url = '', headers } = req;
    const address = this.addresses.of(req);
    if (this.#closing) throw shuttingDown();
    if (!isOfCluster(req))
      throw new Refusal(404, 'There is no WebSocket at this address.', 'WebSocket addresses start with /k8s/.');
    if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') throw onlyWebsockets();
    const verdict = await this.pipeline.authorize({ method, url, headers, upgrade: true });
    const { credential: who } = verdict;
    if (who !== undefined) this.log.identify(req, async () => auditWho(who));
    if (!verdict.allow) {
      if (!isToldByCode(verdict)) throw verdict.refusal;
      const refusal = this.log.answerTo('upgrade', verdict.refusal);
      this.log.refused(req, refusal);
      await this.consoles.refuse(req, socket, head, refusal);
      return 101;
    }
    return this.admitted([req, socket, head], verdict, address);
  }

  /** From here on it has a line as what it is. That of an open console is written by the console itself. */
  private async admitted(
    [req, socket, head]: [IncomingMessage, Socket, Buffer],
    { request, credential }: Extract<Authorization, { allow: true }>,
    address: string,
  ): Promise<number> {
    const target = request.console;
    this.log.acts(req, { audit: target === undefined ? 'upgrade' : 'open', what: whatOf(request) });
    if (this.#closing) throw shuttingDown();
    if (target !== undefined && !socket.destroyed) {
      await this.consoles.open(req, socket, head, { request, credential, target, address });
      return 101;
    }
    const status = socket.destroyed
      ? CLIENT_CLOSED
      : await this.plain.forward([req, socket, head], { request, credential }, address);
    this.log.acted(req, status === 101 ? { outcome: 'allowed', code: 101 } : forwarded(status));
    return status;
  }
}

const isOfCluster = ({ url = '' }: IncomingMessage): boolean => url.startsWith('/k8s/');

/** What the page of a console tells apart, or tries again by itself: browsers cannot read a status. */
function isToldByCode({ refusal, request }: Extract<Authorization, { allow: false }>): boolean {
  return request?.console !== undefined && (refusal.code === 503 || isIssuerLost(refusal));
}

function onlyWebsockets(): Refusal {
  return new Refusal(400, 'The gateway forwards only upgrades to WebSocket.', 'Use a WebSocket client.');
}
