import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { type GatewayConfig } from '../config/config.js';
import { answerUnreadable, type CodedAnswer, notAProxy, READ_HEAD, refusalOf, unexpected } from './oversized.js';
import { writeRaw } from './answers.js';
import { rememberAddress } from './client-address.js';
import { cutUnread } from './slow-bodies.js';

/** Long enough for a slow phone, short enough to keep idle handshakes from piling up. */
const HEADERS_TIMEOUT_MS = 15_000;
/** How often connections are checked: a header may be late by this much more. */
const CHECK_MS = 5000;
const KEEP_ALIVE_MS = 65_000;

/** The doors that serve requests ahead of Express. */
export interface Doors {
  request: { handle(req: IncomingMessage, res: ServerResponse): void };
  upgrade: { handle(req: IncomingMessage, socket: Socket, head: Buffer): void };
}

/**
 * Express with a door ahead of it: everything below /k8s/ goes to the request door without Nest's layers, every
 * websocket to the upgrade door. That path has no guards, filters or middleware: the doors do it all.
 */
export class GatewayAdapter extends ExpressAdapter {
  #doors: Doors | undefined;
  #closing = false;
  readonly #config: Pick<GatewayConfig, 'publicUrls'>;

  constructor(config: Pick<GatewayConfig, 'publicUrls'>) {
    super();
    this.#config = config;
  }

  /** Until the doors are set, what would go through them is answered with 503 or cut. */
  setDoors(doors: Doors): void {
    this.#doors = doors;
  }

  /**
   * Nest calls this first when it shuts down. From then on each answer is the last on its connection: clients open the
   * next one to another replica, and none is left open on which a request would meet a closed door.
   */
  override beforeClose(): void {
    super.beforeClose();
    this.#closing = true;
  }

  override initHttpServer(_options: NestApplicationOptions): void {
    const express = this.getInstance<(req: IncomingMessage, res: ServerResponse) => void>();
    const server = createServer({
      maxHeaderSize: READ_HEAD,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Bodies may be streamed for as long as they move; consoles and watches have no request timeout.
      requestTimeout: 0,
      // Node's own answer has no body: refusalOf says why.
      requireHostHeader: false,
      // Anything but a websocket is an ordinary request whose Upgrade header is ignored.
      shouldUpgradeCallback: (req) => req.headers.upgrade?.toLowerCase() === 'websocket',
    });
    server.on('connection', rememberAddress);
    server.on('request', (req: IncomingMessage, res: ServerResponse) => {
      cutUnread(req, res);
      if (this.#closing) res.setHeader('connection', 'close');
      const refusal = refusalOf(req, this.#config);
      if (refusal !== undefined) write(res, refusal);
      else if (req.url?.startsWith('/k8s/') !== true) express(req, res);
      else if (this.#doors === undefined) res.writeHead(503).end();
      else this.#doors.request.handle(req, res);
    });
    server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => {
      const refusal = refusalOf(req, this.#config);
      if (refusal !== undefined) writeRaw(socket, refusal.code, refusal);
      else if (this.#doors === undefined) socket.destroy();
      else this.#doors.upgrade.handle(req, socket, head);
    });
    server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) => {
      cutUnread(req, res);
      write(res, unexpected(req, this.#config));
    });
    server.on('connect', (req: IncomingMessage, socket: Socket) => {
      const { code, ...answer } = notAProxy(req, this.#config);
      writeRaw(socket, code, answer);
    });
    server.on('clientError', answerUnreadable);
    this.setHttpServer(server);
  }
}

function write(res: ServerResponse, { code, headers, body }: CodedAnswer): void {
  res.writeHead(code, headers).end(body);
}
