import { type ClientOptions, WebSocket } from 'ws';
import {
  type ClientMessage,
  encodeClientMessage,
  Encoding,
  PushParser,
  serverMessages,
  type ServerMessage,
  textKeysym,
} from '#libs/rfb';
import { Framebuffer } from './framebuffer.js';
import { readScreen } from './screen.js';
import { until } from './until.js';

export interface VncOptions extends ClientOptions {
  protocols?: string[];
  /** Default: Tight and Raw, with cursor and QEMU keys. */
  encodings?: number[];
}

/** How the socket ended; 1006 is an end without a Close frame. */
export interface Closed {
  code: number;
  reason: string;
}

/** A VNC viewer over a websocket: sees the screen as text, types. */
export class VncViewer {
  /** Resolves when the socket has ended. */
  readonly closed: Promise<Closed>;
  /** Number of updates that were drawn. */
  updates = 0;
  /** The desktop's name. */
  name = '';
  readonly #parser = new PushParser<ServerMessage>(serverMessages());
  #framebuffer: Framebuffer | undefined;

  private constructor(
    readonly socket: WebSocket,
    private readonly encodings: number[],
  ) {
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data) => {
      for (const message of this.#parser.push(data as Buffer)) this.#handle(message);
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** Connects, shakes hands and waits for the first picture. Rejects with the HTTP status and body of a refusal. */
  static async connect(url: string, options: VncOptions = {}): Promise<VncViewer> {
    const { protocols = ['plain.kubevirt.io'], encodings, ...rest } = options;
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false, ...rest });
    const wanted = encodings ?? [Encoding.tight, Encoding.raw, Encoding.cursor, Encoding.qemuKey];
    const viewer = new VncViewer(socket, wanted);
    await opened(socket);
    await until('the first picture', () => viewer.updates > 0);
    return viewer;
  }

  /** The text on the screen. */
  lines(): string[] {
    const { pixels, width, height } = this.#framebuffer ?? new Framebuffer(0, 0);
    return readScreen(pixels, width, height);
  }

  /** Waits until the screen shows a line that holds `text`. */
  async shows(text: string): Promise<void> {
    await until(`the screen shows "${text}"`, () => this.lines().some((line) => line.includes(text)));
  }

  /** Types text; `\n` is Return. */
  type(text: string): void {
    for (const char of text) this.press(textKeysym(char));
  }

  press(keysym: number): void {
    this.send({ type: 'key', down: true, keysym });
    this.send({ type: 'key', down: false, keysym });
  }

  send(message: ClientMessage): void {
    this.socket.send(encodeClientMessage(message), { binary: true });
  }

  close(): Promise<Closed> {
    this.socket.close();
    return this.closed;
  }

  #handle(message: ServerMessage): void {
    switch (message.type) {
      case 'version':
        return this.send({ type: 'version', minor: 8 });
      case 'securityTypes':
        return this.send({ type: 'security', security: 1 });
      case 'securityResult':
        return this.send({ type: 'init', shared: true });
      case 'init':
        this.name = message.name;
        this.#framebuffer = new Framebuffer(message.width, message.height);
        this.send({ type: 'setEncodings', encodings: this.encodings });
        return this.#ask(false);
      case 'update':
        for (const rectangle of message.rectangles) this.#framebuffer?.draw(rectangle);
        this.updates++;
        return this.#ask(true);
      default:
        return undefined;
    }
  }

  #ask(incremental: boolean): void {
    const { width = 0, height = 0 } = this.#framebuffer ?? {};
    this.send({ type: 'updateRequest', incremental, x: 0, y: 0, width, height });
  }
}

/** Resolves when the socket is open; rejects with `HTTP CODE: BODY` when the upgrade was refused. */
export function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        reject(new Error(`HTTP ${response.statusCode}: ${Buffer.concat(parts).toString()}`));
        socket.terminate();
      });
    });
  });
}
