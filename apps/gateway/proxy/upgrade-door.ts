import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { type ConsoleDoor } from '../console/console-door.js';
import { Refusal } from '../http/refusal.js';
import { clientAddress } from '../http/client-address.js';
import { onCredentialEnd } from '../credentials/credential-end.js';
import { upstreamToken } from '../credentials/identities.js';
import { authorize, type Authorization } from './pipeline.js';
import { closing, type DoorParts, internal } from './request-door.js';

/** The door of upgrades. It is the only listener of the server's `upgrade` event. */
export class UpgradeDoor {
  #closing = false;
  readonly #open = new Set<Socket>();

  constructor(
    private readonly parts: DoorParts,
    private readonly consoles: ConsoleDoor,
  ) {}

  /** From now on upgrades are refused; plain ones that are open are cut, consoles are ended by their own door. */
  close(): void {
    this.#closing = true;
    for (const socket of this.#open) socket.destroy();
  }

  handle(req: IncomingMessage, socket: Socket, head: Buffer): void {
    // Without a listener an error of this socket would end the process.
    socket.on('error', () => socket.destroy());
    this.serve(req, socket, head).catch((error: unknown) => {
      const refusal = error instanceof Refusal ? error : internal();
      if (!(error instanceof Refusal)) this.parts.audit.fault('upgrade', error);
      this.refuse(req, socket, refusal);
    });
  }

  private async serve(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const { method = 'GET', url = '', headers } = req;
    if (this.#closing) throw closing();
    if (!url.startsWith('/k8s/')) throw new Refusal(404, 'No websocket is served here.', 'Websockets are below /k8s/.');
    if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') throw onlyWebsockets();
    const address = clientAddress(req.socket.remoteAddress, headers['x-forwarded-for'], this.parts.trustedHops);
    const verdict = await authorize(this.parts.gate, { method, url, headers, upgrade: true });
    if (!verdict.allow) {
      this.parts.audit.denied({ door: 'upgrade', method, url, address, refusal: verdict.refusal });
      return this.refuse(req, socket, verdict.refusal);
    }
    const { request, credential } = verdict;
    if (request.console !== undefined) {
      this.parts.metrics.request('upgrade')(101);
      return this.consoles.open(req, socket, head, { request, credential, target: request.console, address });
    }
    await this.forward(req, socket, head, verdict, address);
  }

  private async forward(
    req: IncomingMessage,
    socket: Socket,
    head: Buffer,
    { request, credential }: Extract<Authorization, { allow: true }>,
    address: string,
  ): Promise<void> {
    const token = await upstreamToken(credential, this.parts.guests);
    if (socket.destroyed) return;
    this.#open.add(socket);
    const stop = onCredentialEnd(credential, this.parts.ends, () => socket.destroy());
    socket.once('close', () => {
      stop();
      this.#open.delete(socket);
    });
    this.parts.metrics.request('upgrade')(101);
    this.parts.forwarder.upgrade(req, socket, head, request, { token, clientAddress: address });
  }

  private refuse(req: IncomingMessage, socket: Socket, refusal: Refusal): void {
    this.parts.metrics.request('upgrade')(refusal.code);
    this.parts.answers.refuseUpgrade(req, socket, refusal);
  }
}

function onlyWebsockets(): Refusal {
  return new Refusal(
    400,
    'The only upgrade that the gateway forwards is a websocket.',
    'Use a client that speaks websocket.',
  );
}
