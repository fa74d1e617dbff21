import { type Door, type Machine, type MachineEvents, type MachineSpec, type Peer } from '../machine.js';
import { BOOT_MS, bootMessages, welcome } from './boot.js';
import { type Clock, MachineClock, systemClock } from './clock.js';
import { type Stroke } from './keyboard.js';
import { encodePng } from './screen/png.js';
import { COLUMNS, Screen } from './screen/screen.js';
import { SerialPort } from './serial.js';
import { Shell } from './shell/shell.js';
import { WHOLE } from './vnc/damage.js';
import { Viewer } from './vnc/viewer.js';

/** What is typed while the machine boots or is paused waits, up to this many characters; more is lost. */
const INPUT_BUFFER = 1024;
/** Between a command that ends the session and its effect, so that its last words are seen. */
const LAST_WORDS_MS = 250;

/**
 * The demonstration machine: a text terminal whose one session is on the screen and on the serial console alike.
 * Nothing in it runs while nobody types.
 */
export class Guest implements Machine {
  readonly #clock: MachineClock;
  readonly #screen = new Screen();
  readonly #serial: SerialPort;
  readonly #viewers = new Set<Viewer>();
  #shell: Shell | undefined;
  #clipboard = '';
  #typedAhead = '';
  #running = true;

  constructor(
    readonly spec: MachineSpec,
    private readonly events: MachineEvents,
    clock: Clock = systemClock,
  ) {
    this.#clock = new MachineClock(clock);
    this.#serial = new SerialPort(
      (text) => this.#type(text),
      () => (this.#shell === undefined ? '' : `\r\n${this.#shell.currentLine()}`),
    );
    this.#boot();
  }

  get up(): boolean {
    return true;
  }

  get paused(): boolean {
    return this.#clock.paused;
  }

  connectVnc(peer: Peer): Door {
    const viewer = new Viewer(this.#screen, peer, {
      name: `${this.spec.name} (${this.spec.namespace})`,
      stroke: (stroke) => this.#stroke(stroke),
      clipboard: (text) => (this.#clipboard = text),
    });
    this.#viewers.add(viewer);
    return {
      receive: (bytes) => viewer.receive(bytes),
      closed: () => {
        viewer.closed();
        this.#viewers.delete(viewer);
      },
    };
  }

  connectSerial(peer: Peer): Door {
    return this.#serial.connect(peer);
  }

  async screenshot(): Promise<Uint8Array> {
    await this.#screen.settled();
    return encodePng(this.#screen.draw(WHOLE));
  }

  /** The text on the screen, for tests. */
  async text(): Promise<string[]> {
    await this.#screen.settled();
    return this.#screen.text();
  }

  pause(): void {
    this.#clock.pause();
  }

  unpause(): void {
    this.#clock.unpause();
    this.#readAhead();
  }

  reset(): void {
    this.#clock.clear();
    this.#typedAhead = '';
    this.#write('\x1bc\x1b[H\x1b[2J');
    this.#boot();
  }

  stop(): Promise<void> {
    this.#running = false;
    this.#clock.clear();
    for (const viewer of this.#viewers) viewer.close();
    this.#viewers.clear();
    this.#serial.close();
    this.#screen.dispose();
    return Promise.resolve();
  }

  #boot(): void {
    this.#shell = undefined;
    for (const { at, text } of bootMessages(this.spec)) this.#clock.after(at, () => this.#write(text));
    this.#clock.after(BOOT_MS, () => this.#startShell());
  }

  #startShell(): void {
    const { name: hostname } = this.spec;
    this.#write(welcome(hostname));
    const later = (act: () => void) => (): void => {
      this.#shell = undefined;
      this.#clock.after(LAST_WORDS_MS, act);
    };
    this.#shell = new Shell(
      {
        hostname,
        now: () => this.#clock.now(),
        reboot: later(() => this.reset()),
        poweroff: later(() => this.#powerOff()),
      },
      COLUMNS,
      (text) => this.#write(text),
    );
    this.#shell.start();
    this.#readAhead();
  }

  #powerOff(): void {
    void this.stop();
    this.events.ended('poweroff');
  }

  #stroke(stroke: NonNullable<Stroke>): void {
    if ('text' in stroke) this.#type(stroke.text);
    else if ('paste' in stroke) this.#type(this.#clipboard.replaceAll('\r\n', '\n'));
    // A paused machine does not see Ctrl-Alt-Del either.
    else if (!this.paused) this.reset();
  }

  #type(text: string): void {
    if (!this.#running) return;
    if (this.paused || this.#shell === undefined) this.#typedAhead = (this.#typedAhead + text).slice(0, INPUT_BUFFER);
    else this.#shell.input(text);
  }

  #readAhead(): void {
    const text = this.#typedAhead;
    this.#typedAhead = '';
    if (text !== '') this.#type(text);
  }

  #write(text: string): void {
    if (!this.#running) return;
    if (this.spec.graphics) this.#screen.write(text);
    if (this.spec.serial) this.#serial.write(text);
  }
}
