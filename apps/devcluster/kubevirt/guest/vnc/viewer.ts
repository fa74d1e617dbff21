import { deflateSync } from 'node:zlib';
import {
  BGRX,
  type ClientMessage,
  clientMessages,
  Encoding,
  framebufferUpdate,
  PushParser,
  type PixelFormat,
  qemuKeySupport,
  rawRectangle,
  type Rectangle,
  RfbError,
  Security,
  securityResult,
  securityTypes,
  SERVER_VERSION,
  serverFence,
  serverInit,
  tightRectangle,
} from '#libs/rfb';
import { type Door, type Peer } from '../../machine.js';
import { CELL_HEIGHT, CELL_WIDTH } from '../font/glyphs.js';
import { Keyboard, type Stroke } from '../keyboard.js';
import { type Area, COLUMNS, HEIGHT, ROWS, type Screen, WIDTH } from '../screen/screen.js';
import { Damage, WHOLE } from './damage.js';
import { pointerRectangle } from './pointer.js';

export interface ViewerOptions {
  /** Shown in the viewer's title. */
  name: string;
  stroke(stroke: NonNullable<Stroke>): void;
  clipboard(text: string): void;
}

/** Fast compression: the screen is text, which is small at any level. */
const deflate = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 3 });

/**
 * One connected VNC viewer: speaks RFB 3.8 (or 3.7) without authentication, sends what changed when it is asked.
 * An update answers all requests since the last one (RFC 6143, section 7.6.1), and the next one waits until the network has taken it: a
 * viewer that asks faster than it reads costs one update of memory.
 */
export class Viewer implements Door {
  readonly #parser = new PushParser<ClientMessage>(clientMessages());
  readonly #damage = new Damage();
  readonly #keyboard = new Keyboard();
  readonly #unlisten: () => void;
  #format: PixelFormat = BGRX;
  #tight = false;
  #asked: Area | undefined;
  #sending = false;
  /** Pseudo-rectangles that wait for the next update. */
  #extras: ((format: PixelFormat) => Rectangle)[] = [];
  #announced = new Set<number>();
  #minor: 7 | 8 = 8;
  #open = true;

  constructor(
    private readonly screen: Screen,
    private readonly peer: Peer,
    private readonly options: ViewerOptions,
  ) {
    this.#unlisten = screen.onDamage((cells) => {
      this.#damage.mark(cells);
      this.#flush();
    });
    peer.send(SERVER_VERSION);
  }

  receive(bytes: Uint8Array): void {
    if (!this.#open) return;
    try {
      for (const message of this.#parser.push(bytes)) this.#handle(message);
    } catch (error) {
      if (!(error instanceof RfbError)) throw error;
      this.close();
    }
  }

  closed(): void {
    this.#open = false;
    this.#unlisten();
  }

  close(): void {
    if (!this.#open) return;
    this.closed();
    this.peer.close();
  }

  #handle(message: ClientMessage): void {
    switch (message.type) {
      case 'version':
        this.#minor = message.minor;
        return this.peer.send(securityTypes([Security.none]));
      case 'security':
        if (message.security !== Security.none) throw new RfbError('security', 'only security type None is offered');
        // RFB 3.7 sends no result after None.
        return this.#minor === 8 ? this.peer.send(securityResult()) : undefined;
      case 'init':
        return this.peer.send(serverInit(WIDTH, HEIGHT, BGRX, this.options.name));
      case 'setPixelFormat':
        return this.#setFormat(message.format);
      case 'setEncodings':
        return this.#setEncodings(message.encodings);
      case 'updateRequest':
        return this.#request(message);
      default:
        return this.#input(message);
    }
  }

  #input(message: ClientMessage): void {
    switch (message.type) {
      case 'key':
        return this.#stroke(this.#keyboard.key(message.down, message.keysym));
      case 'qemuKey':
        return this.#stroke(this.#keyboard.extendedKey(message.down, message.keysym, message.keycode));
      case 'cutText':
        return this.options.clipboard(message.text);
      case 'fence':
        // Bit 31 asks for an answer, which must not ask back.
        return message.flags >>> 31 ? this.peer.send(serverFence(message.flags & 0x7, message.payload)) : undefined;
      default:
        // A pointer, sound, size: this machine has none of them.
        return undefined;
    }
  }

  #stroke(stroke: Stroke): void {
    if (stroke !== undefined) this.options.stroke(stroke);
  }

  #setFormat(format: PixelFormat): void {
    if (!format.trueColour) throw new RfbError('malformed', 'colour maps are not offered');
    this.#format = format;
    this.#damage.markArea(WHOLE);
  }

  #setEncodings(encodings: readonly number[]): void {
    const picture = encodings.find((encoding) => encoding === Encoding.tight || encoding === Encoding.raw);
    this.#tight = picture === Encoding.tight;
    const extras = [[Encoding.cursor, pointerRectangle] as const, [Encoding.qemuKey, qemuKeySupport] as const];
    for (const [encoding, make] of extras) {
      if (!encodings.includes(encoding) || this.#announced.has(encoding)) continue;
      this.#announced.add(encoding);
      this.#extras.push(make);
    }
  }

  #request(r: { incremental: boolean; x: number; y: number; width: number; height: number }): void {
    const area = {
      left: Math.min(COLUMNS, Math.floor(r.x / CELL_WIDTH)),
      top: Math.min(ROWS, Math.floor(r.y / CELL_HEIGHT)),
      right: Math.min(COLUMNS, Math.ceil((r.x + r.width) / CELL_WIDTH)),
      bottom: Math.min(ROWS, Math.ceil((r.y + r.height) / CELL_HEIGHT)),
    };
    if (!r.incremental) this.#damage.markArea(area);
    this.#asked = area;
    this.#flush();
  }

  #flush(): void {
    if (this.#asked === undefined || this.#sending || !this.#open) return;
    const areas = this.#damage.take(this.#asked);
    if (areas.length === 0 && this.#extras.length === 0) return;
    this.#asked = undefined;
    const extras = this.#extras.splice(0).map((make) => make(this.#format));
    this.#sending = true;
    this.peer.send(framebufferUpdate([...extras, ...areas.map((area) => this.#encode(area))]), () => {
      this.#sending = false;
      this.#flush();
    });
  }

  #encode(area: Area): Rectangle {
    const image = this.screen.draw(area);
    const [x, y] = [area.left * CELL_WIDTH, area.top * CELL_HEIGHT];
    return this.#tight ? tightRectangle(x, y, image, this.#format, deflate) : rawRectangle(x, y, image, this.#format);
  }
}
