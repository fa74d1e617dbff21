import { type IncomingMessage } from 'node:http';
import { type Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { type Door, type Peer } from '../machine.js';
import { type Machines } from '../machines.js';
import { badRequest, internal, nowhere, plainText } from './failure.js';
import { type Objects } from './objects.js';
import { STREAMS } from './stream-checks.js';
import { type Target } from './target.js';
import { type ConsoleKind, type Viewers } from './viewers.js';

/** The one subprotocol that the server knows; others are not answered. */
const SUBPROTOCOL = 'plain.kubevirt.io';
const MAX_MESSAGE = 32 * 1024 * 1024;

const NOT_UPGRADED = badRequest(
  "websocket: the client is not using the websocket protocol: 'upgrade' token not found in 'Connection' header",
);

/** GET vnc, console and the other streams: checks, then hands the websocket to the machine. */
export class Streams {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });

  constructor(
    private readonly objects: Objects,
    private readonly machines: Machines,
    private readonly viewers: Viewers,
  ) {}

  /**
   * A GET without an upgrade. It fails, but only after the way to the machine was opened: the viewer on the console has
   * lost it by then. The websocket library and virt-api each write a body of their own.
   */
  async plain(target: Target): Promise<never> {
    const { uid, kind } = await this.#admit(target);
    this.viewers.cut(uid, kind);
    throw plainText(400, `Bad Request\n${JSON.stringify(NOT_UPGRADED.toStatus(), null, 1)}`);
  }

  /** Throws Failure before anything was written to the socket. */
  async upgrade(target: Target, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { uid, kind } = await this.#admit(target);
    this.viewers.cut(uid, kind);
    this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#connect(uid, kind, ws));
  }

  async #admit(target: Target): Promise<{ uid: string; kind: ConsoleKind }> {
    const check = STREAMS[target.subresource];
    if (check === undefined) throw nowhere();
    const vmi = await this.objects.vmi(target.namespace, target.name);
    check(vmi, target);
    const { uid = '' } = vmi.metadata;
    const kind = target.subresource as ConsoleKind;
    if (!this.machines.get(uid)?.up) throw internal('dialing virt-handler: bad handshake: no such domain');
    if (kind === 'vnc' && preserves(target.query) && this.viewers.has(uid, kind)) throw activeConnection();
    return { uid, kind };
  }

  #connect(uid: string, kind: ConsoleKind, ws: WebSocket): void {
    const machine = this.machines.get(uid);
    // Another viewer may have come, or the machine gone, while this one shook hands.
    this.viewers.cut(uid, kind);
    if (machine === undefined) return ws.terminate();
    const leave = this.viewers.take(uid, kind, () => ws.terminate());
    const peer = peerOf(ws);
    const door = kind === 'vnc' ? machine.connectVnc(peer) : machine.connectSerial(peer);
    ws.on('message', (data, binary) => receive(door, ws, data, binary));
    ws.on('error', () => ws.terminate());
    ws.on('close', () => {
      leave();
      door.closed();
    });
  }
}

/** strconv.ParseBool of the parameter; anything else is false. */
function preserves(query: URLSearchParams): boolean {
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(query.get('preserveSession') ?? '');
}

const activeConnection = () =>
  internal(
    "Can't connect to websocket (503): websocket: bad handshake: " +
      'application info: Active VNC connection. Request denied.',
  );

function peerOf(ws: WebSocket): Peer {
  return {
    send: (bytes, taken) => ws.send(bytes, { binary: true }, (error) => error ?? taken?.()),
    close: () => ws.terminate(),
    get backlog() {
      return ws.bufferedAmount;
    },
  };
}

/** Only binary frames are understood. */
function receive(door: Door, ws: WebSocket, data: RawData, binary: boolean): void {
  if (!binary) return ws.close(1007, 'invalid message type');
  door.receive(Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data as Buffer));
}
