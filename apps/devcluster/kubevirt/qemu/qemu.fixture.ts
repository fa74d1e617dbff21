import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Machine, type MachineEnd, type MachineEvents, type MachineSpec, type Peer } from '../machine.js';
import { type Command } from '../../process/child.js';
import { bootImage } from './boot-image.js';
import { command } from './command.js';
import { findInstalled } from './installed.js';
import { QemuMachine, type QemuOptions } from './qemu-machine.js';

const found = findInstalled();

/** Why tests with a real QEMU cannot run here; undefined: they can. */
export const missing = 'packages' in found ? `not installed: ${found.packages.join(', ')}` : undefined;
if (missing !== undefined) console.log(`Tests with QEMU are skipped: ${missing}`);

export const SPEC: MachineSpec = {
  namespace: 'gateway-example',
  name: 'demo',
  uid: 'uid-1',
  graphics: true,
  serial: true,
};

/** A viewer that takes what it is sent, or does not. */
export class TestPeer implements Peer {
  bytes = Buffer.alloc(0);
  closed = false;
  backlog = 0;
  takes = true;
  #taken: (() => void)[] = [];

  get text(): string {
    return this.bytes.toString('latin1');
  }

  send(bytes: Uint8Array, taken?: () => void): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    if (this.takes) return taken?.();
    this.backlog += bytes.length;
    if (taken) this.#taken.push(taken);
  }

  catchUp(): void {
    this.takes = true;
    this.backlog = 0;
    for (const taken of this.#taken.splice(0)) taken();
  }

  close(): void {
    this.closed = true;
  }
}

/** A machine and what it told. */
export interface Started {
  machine: QemuMachine;
  ends: { how: MachineEnd; why: string | undefined }[];
}

/** A folder for machines, with a name that is too long for a socket's path. */
export class Machines {
  readonly folder = mkdtempSync(join(tmpdir(), `kube-gateway-${'long-'.repeat(20)}`));
  readonly #machines: Machine[] = [];
  readonly #image = join(this.folder, 'grub.img');

  constructor() {
    if (!('packages' in found)) writeFileSync(this.#image, bootImage(readFileSync(found.grub)));
  }

  /** Starts one and waits until it is up or has ended. */
  async start(over: Partial<MachineSpec> = {}, options: Partial<QemuOptions> = {}): Promise<Started> {
    const ends: Started['ends'] = [];
    let machine: QemuMachine | undefined;
    await new Promise<void>((resolve) => {
      const ended: MachineEvents['ended'] = (how, why) => resolve(void ends.push({ how, why }));
      machine = this.begin({ up: resolve, ended }, over, options);
    });
    if (machine === undefined) throw new Error('no machine');
    return { machine, ends };
  }

  /** Starts one. */
  begin(events: MachineEvents, over: Partial<MachineSpec> = {}, options: Partial<QemuOptions> = {}): QemuMachine {
    if ('packages' in found) throw new Error('QEMU is not installed');
    const spec = { ...SPEC, ...over };
    const folder = join(this.folder, 'qemu', spec.uid);
    const machine = new QemuMachine(spec, { installed: found, image: this.#image, folder, ...options }, events);
    this.#machines.push(machine);
    return machine;
  }

  /** The command that runs one. */
  command(spec: MachineSpec): Command {
    return command({ emulator: 'qemu-system-x86_64', grub: '' }, spec, this.#image);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#machines.splice(0).map((machine) => machine.stop()));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
