import { readFile, rm } from 'node:fs/promises';
import { type Door, type Machine, type MachineEvents, type MachineSpec, type Peer } from '../machine.js';
import { FILES } from './command.js';
import { Folder } from './folder.js';
import { type Installed } from './installed.js';
import { Monitor } from './monitor.js';
import { QemuProcess } from './process.js';
import { openScreen } from './screen.js';
import { SerialPort } from './serial-port.js';

/**
 * GRUB waits for a key by asking for it over and over, which costs a whole core. Nothing happens in it meanwhile, so a
 * machine without a viewer for this long is paused until the next one connects.
 */
const AWAKE_MS = 10_000;

export interface QemuOptions {
  installed: Installed;
  /** What it boots from. */
  image: string;
  /** For its sockets; removed when it has ended. */
  folder: string;
  /** Default: 10 s. */
  awakeMs?: number;
}

/** A machine that is a QEMU process. */
export class QemuMachine implements Machine {
  readonly #folder: Folder;
  readonly #serial = new SerialPort();
  readonly #started: Promise<QemuProcess | undefined>;
  #monitor: Monitor | undefined;
  #paused = false;
  #running = false;
  #asleep = false;
  #timer: NodeJS.Timeout | undefined;
  #consoles = 0;
  #pictures = 0;
  #poweredOff = false;
  #over = false;

  constructor(
    readonly spec: MachineSpec,
    private readonly options: QemuOptions,
    private readonly events: MachineEvents,
  ) {
    this.#folder = new Folder(options.folder);
    this.#started = this.#start();
  }

  get up(): boolean {
    return this.#monitor !== undefined && !this.#over;
  }

  get paused(): boolean {
    return this.#paused;
  }

  connectVnc(peer: Peer): Door {
    this.#consoles++;
    this.#wake();
    return openScreen(this.#folder.socket(FILES.vnc), peer, () => this.#left());
  }

  connectSerial(peer: Peer): Door {
    this.#consoles++;
    this.#wake();
    return this.#serial.connect(peer, () => this.#left());
  }

  async screenshot(): Promise<Uint8Array> {
    if (this.#monitor === undefined) throw new Error('QEMU is starting');
    const name = `screen-${++this.#pictures}.png`;
    const file = this.#folder.file(name);
    try {
      await this.#monitor.run('screendump', { filename: name, format: 'png' });
      return await readFile(file);
    } finally {
      await rm(file, { force: true });
    }
  }

  pause(): void {
    this.#paused = true;
    this.#apply();
  }

  unpause(): void {
    this.#paused = false;
    this.#wake();
  }

  reset(): void {
    this.#tell('system_reset');
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#serial.close();
    const process = await this.#started;
    await process?.stop();
    this.#folder.remove();
  }

  /** Id of the process, for tests. */
  async pid(): Promise<number | undefined> {
    return (await this.#started)?.pid;
  }

  async #start(): Promise<QemuProcess | undefined> {
    try {
      const process = await QemuProcess.start(this.options.installed, this.spec, this.#folder, this.options.image);
      void process.serial.then((socket) => this.#serial.attach(socket));
      void process.monitor.then((socket) => this.#greet(new Monitor(socket, (name, data) => this.#heard(name, data))));
      void process.ended.then((words) => this.#ended(words));
      return process;
    } catch (error) {
      this.#ended(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** QEMU takes commands after the first one. One that does not is about to end, and says why there. */
  async #greet(monitor: Monitor): Promise<void> {
    try {
      await monitor.run('qmp_capabilities');
    } catch {
      return;
    }
    if (this.#over) return;
    this.#monitor = monitor;
    this.#wake();
    this.events.up();
  }

  #heard(event: string, { guest }: Record<string, unknown>): void {
    if (event === 'SHUTDOWN' && guest === true) this.#poweredOff = true;
  }

  #ended(words: string): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#serial.close();
    this.#folder.remove();
    if (this.#poweredOff) this.events.ended('poweroff');
    else this.events.ended('crash', words);
  }

  #left(): void {
    this.#consoles--;
    this.#wake();
  }

  /** Runs on, and for a while longer when nobody looks. */
  #wake(): void {
    clearTimeout(this.#timer);
    this.#asleep = false;
    if (this.#consoles === 0 && !this.#over) {
      this.#timer = setTimeout(() => {
        this.#asleep = true;
        this.#apply();
      }, this.options.awakeMs ?? AWAKE_MS);
      this.#timer.unref();
    }
    this.#apply();
  }

  #apply(): void {
    const run = !this.#paused && !this.#asleep;
    if (!this.up || run === this.#running) return;
    this.#running = run;
    this.#tell(run ? 'cont' : 'stop');
  }

  /** A command that can fail only when QEMU ends, which is reported elsewhere. */
  #tell(command: string): void {
    this.#monitor?.run(command).catch(() => undefined);
  }
}
