/**
 * What one QEMU guest costs: `npm run build` first, then
 *
 *     node bench/guest.ts
 *
 * Prints one line of JSON: milliseconds from its start to GRUB's prompt on the serial console, MiB resident, share of one core
 * while someone is on a console, and when nobody has been for 10 s. Reads /proc (Linux).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Kubevirt from '../apps/devcluster/kubevirt/index.ts';

const TICKS = Number(execFileSync('getconf', ['CLK_TCK']).toString());
const ALONE_MS = 11_000;
const WINDOW_MS = 5_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const module = new URL('../dist/apps/devcluster/kubevirt/index.js', import.meta.url).href;
const { findInstalled, qemuGuests } = (await import(module)) as typeof Kubevirt;
const found = findInstalled();
if ('packages' in found) {
  console.error(`Not installed: ${found.packages.join(', ')}`);
  process.exit(2);
}

/** Ids of QEMU processes below this one. */
function qemu(): string {
  return execFileSync('pgrep', ['-P', String(process.pid), 'qemu-system'], { encoding: 'utf8' }).trim();
}

async function core(pid: string): Promise<number> {
  const ticks = (): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const before = ticks();
  await wait(WINDOW_MS);
  return (ticks() - before) / TICKS / (WINDOW_MS / 1000);
}

const data = mkdtempSync(join(tmpdir(), 'kube-gateway-guest-'));
const hardware = { graphics: true, serial: true };
const started = performance.now();
let up: () => void = () => undefined;
const isUp = new Promise<void>((resolve) => (up = resolve));
const events = { up: () => up(), ended: (how: string, why?: string) => console.error(how, why) };
const machine = qemuGuests(found).factory(data)({ uid: 'u', name: 'demo', namespace: 'n', ...hardware }, events);
await isUp;
let said = '';
let seen: () => void = () => undefined;
const prompt = new Promise<void>((resolve) => (seen = resolve));
const peer = {
  send(bytes: Uint8Array, taken?: () => void): void {
    said += Buffer.from(bytes).toString('latin1');
    if (said.includes('grub> ')) seen();
    taken?.();
  },
  close: () => undefined,
  backlog: 0,
};
const door = machine.connectSerial(peer);
await prompt;
const bootMs = Math.round(performance.now() - started);
const pid = qemu();
const watched = await core(pid);
door.closed();
await wait(ALONE_MS);
const alone = await core(pid);
const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
console.log(JSON.stringify({ bootMs, residentMiB: Math.round(resident), core: { watched, alone } }));
await machine.stop();
rmSync(data, { recursive: true, force: true });
