import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type MachineSpec } from '../machine.js';
import { Child, type Exit } from '../../process/child.js';
import { command, FILES } from './command.js';
import { type Folder } from './folder.js';
import { type Installed } from './installed.js';

const UP_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 2_000;

/** A QEMU and the connections that it made to us. */
export class QemuProcess {
  /** QEMU has connected here. */
  readonly monitor: Promise<Socket>;
  /** Never, where the machine has no serial port. */
  readonly serial: Promise<Socket>;
  /** Resolves when it has ended, with its last words. */
  readonly ended: Promise<string>;
  readonly #child: Child;
  #words = '';

  private constructor(child: Child, monitor: Entrance, serial: Entrance) {
    this.#child = child;
    this.monitor = monitor.guest;
    this.serial = serial.guest;
    child.stdout.resume();
    createInterface(child.stderr).on('line', (line) => (this.#words = line.replace(/^\S*qemu-system-x86_64: /, '')));
    const late = setTimeout(() => {
      this.#words = `it did not come up within ${UP_WITHIN_MS / 1000} s`;
      child.kill();
    }, UP_WITHIN_MS);
    void this.monitor.then(() => clearTimeout(late));
    this.ended = child.exited.then((exit) => {
      clearTimeout(late);
      monitor.close();
      serial.close();
      return this.#words || describe(exit);
    });
  }

  /** @throws Error when the sockets cannot be made; a QEMU that does not start just ends */
  static async start(installed: Installed, spec: MachineSpec, folder: Folder, image: string): Promise<QemuProcess> {
    const monitor = new Entrance(folder.socket(FILES.monitor));
    const serial = new Entrance(folder.socket(FILES.serial));
    await Promise.all([monitor.open, serial.open]).catch((error: unknown) => {
      monitor.close();
      serial.close();
      throw error;
    });
    const child = new Child(command(installed, spec, image), { env: {}, cwd: folder.path });
    return new QemuProcess(child, monitor, serial);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async stop(): Promise<void> {
    await this.#child.stop(STOP_WITHIN_MS);
  }
}

const describe = ({ code, signal }: Exit): string =>
  signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;

/** A socket that lets one in. */
class Entrance {
  readonly open: Promise<unknown>;
  readonly guest: Promise<Socket>;
  readonly #server = createServer();

  constructor(path: string) {
    this.guest = new Promise((resolve) => {
      this.#server.once('connection', (socket) => {
        this.#server.close();
        resolve(socket);
      });
    });
    this.#server.listen(path);
    this.open = once(this.#server, 'listening');
  }

  close(): void {
    this.#server.close();
  }
}
