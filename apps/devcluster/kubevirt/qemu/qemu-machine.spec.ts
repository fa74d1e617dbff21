import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PNG } from 'pngjs';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { encodeClientMessage } from '#libs/rfb';
import { type Door } from '../machine.js';
import { FILES } from './command.js';
import { Folder } from './folder.js';
import { isAlive, Machines, missing, SPEC, type Started, TestPeer } from './qemu.fixture.js';

const WITHIN = { timeout: 30_000 };
const PROMPT = 'grub> ';
const machines = new Machines();

afterEach(() => machines.stop());
afterAll(() => machines.remove());

/** Types a line as a person does, a key after the other. */
async function type(door: Door, line: string): Promise<void> {
  for (const char of `${line}\r`) {
    door.receive(Buffer.from(char));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A machine at GRUB's prompt, with a viewer on its serial console. */
async function atPrompt(): Promise<Started & { peer: TestPeer; door: Door }> {
  const started = await machines.start();
  const peer = new TestPeer();
  const door = started.machine.connectSerial(peer);
  await expect.poll(() => peer.text, WITHIN).toContain(PROMPT);
  return { ...started, peer, door };
}

/** CPU time that a process has used, in ticks. */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

describe.skipIf(missing !== undefined)('a QEMU machine', { timeout: 60_000 }, () => {
  test('shakes hands over RFB, and answers what is typed on the serial console', async () => {
    const { machine, peer, door } = await atPrompt();
    const viewer = new TestPeer();
    const screen = machine.connectVnc(viewer);
    await expect.poll(() => viewer.text, WITHIN).toBe('RFB 003.008\n');
    screen.receive(encodeClientMessage({ type: 'version', minor: 8 }));
    await expect.poll(() => viewer.bytes.length, WITHIN).toBe(12 + 2);
    screen.receive(encodeClientMessage({ type: 'security', security: 1 }));
    screen.receive(encodeClientMessage({ type: 'init', shared: false }));
    await expect.poll(() => viewer.text, WITHIN).toContain(`${SPEC.name} (${SPEC.namespace})`);
    screen.closed();

    await type(door, 'set x=4; echo "<${x}2 ${grub_platform}>"');
    await expect.poll(() => peer.text, WITHIN).toContain('<42 pc>');
    door.closed();
  });

  test('is small, whatever the VM asks for', async () => {
    const { machine } = await atPrompt();
    const status = readFileSync(`/proc/${await machine.pid()}/status`, 'utf8');
    expect(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])).toBeLessThan(100 * 1024);
  });

  test('a screenshot is a PNG of the screen', async () => {
    const { machine } = await atPrompt();
    const [one, two] = await Promise.all([machine.screenshot(), machine.screenshot()]);
    const picture = PNG.sync.read(Buffer.from(one));
    expect([picture.width, picture.height]).toEqual([720, 400]);
    expect(new Set(new Uint32Array(picture.data.buffer, 0, 720 * 400)).size).toBeGreaterThan(1);
    expect(PNG.sync.read(Buffer.from(two)).width).toBe(720);
  });

  test('paused it stands still; what was typed is answered when it goes on', async () => {
    const { machine, peer, door } = await atPrompt();
    machine.pause();
    expect(machine.paused).toBe(true);
    const before = peer.bytes.length;
    const picture = await machine.screenshot();
    await type(door, 'echo $grub_cpu');
    expect(Buffer.from(await machine.screenshot()).equals(Buffer.from(picture))).toBe(true);
    expect(peer.bytes.length).toBe(before);
    machine.unpause();
    await expect.poll(() => peer.text.slice(-200), WITHIN).toContain('i386');
  });

  test('started paused, it has not run an instruction', async () => {
    const machine = machines.begin({ up: () => undefined, ended: () => undefined });
    machine.pause();
    await expect.poll(() => machine.up, WITHIN).toBe(true);
    const peer = new TestPeer();
    machine.connectSerial(peer);
    await machine.screenshot();
    expect(peer.text).toBe('');
    machine.unpause();
    await expect.poll(() => peer.text, WITHIN).toContain(PROMPT);
  });

  test('pauses without viewers and resumes for the next one', async () => {
    const machine = machines.begin({ up: () => undefined, ended: () => undefined }, {}, { awakeMs: 500 });
    const first = new TestPeer();
    const door = machine.connectSerial(first);
    await expect.poll(() => first.text, WITHIN).toContain(PROMPT);
    door.closed();
    const pid = (await machine.pid()) ?? -1;
    let before = -1;
    const rests = (): boolean => before === (before = ticks(pid));
    await expect.poll(rests, { ...WITHIN, interval: 300 }).toBe(true);
    expect(PNG.sync.read(Buffer.from(await machine.screenshot())).width).toBe(720);
    const second = new TestPeer();
    await type(machine.connectSerial(second), 'echo $grub_cpu');
    await expect.poll(() => second.text, WITHIN).toContain('i386');
    expect(machine.paused).toBe(false);
  });

  test('reset reboots it and keeps its consoles open', async () => {
    const { machine, peer, door } = await atPrompt();
    await type(door, 'set x=old; echo "<${x}er>"');
    await expect.poll(() => peer.text, WITHIN).toContain('<older>');
    peer.bytes = Buffer.alloc(0);
    machine.reset();
    await expect.poll(() => peer.text, WITHIN).toContain(PROMPT);
    await type(door, 'echo "<${x}new>"');
    await expect.poll(() => peer.text, WITHIN).toContain('<new>');
    expect(peer.closed).toBe(false);
  });

  test('switched off from within it has powered off, and leaves nothing', async () => {
    const { machine, peer, door, ends } = await atPrompt();
    const pid = (await machine.pid()) ?? -1;
    await type(door, 'halt');
    await expect.poll(() => ends, WITHIN).toEqual([{ how: 'poweroff', why: undefined }]);
    expect(peer.closed).toBe(true);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(machines.folder, 'qemu', SPEC.uid))).toBe(false);
  });

  test('killed it has crashed, and leaves nothing', async () => {
    const { machine, peer, ends } = await atPrompt();
    const viewer = new TestPeer();
    machine.connectVnc(viewer);
    await expect.poll(() => viewer.text, WITHIN).toContain('RFB');
    process.kill((await machine.pid()) ?? -1, 'SIGKILL');
    await expect.poll(() => ends, WITHIN).toEqual([{ how: 'crash', why: 'it was ended by SIGKILL' }]);
    await expect.poll(() => [peer.closed, viewer.closed]).toEqual([true, true]);
    expect(existsSync(join(machines.folder, 'qemu', SPEC.uid))).toBe(false);
    expect(machine.up).toBe(false);
  });

  test('stopped it tells nobody, and leaves nothing', async () => {
    const { machine, peer, ends } = await atPrompt();
    const pid = (await machine.pid()) ?? -1;
    const folder = join(machines.folder, 'qemu', SPEC.uid);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toContain('vnc');
    await machine.stop();
    expect(isAlive(pid)).toBe(false);
    expect([peer.closed, ends, existsSync(folder)]).toEqual([true, [], false]);
  });

  test('stopped while it starts it leaves nothing', async () => {
    const told: string[] = [];
    const machine = machines.begin({ up: () => told.push('up'), ended: (how) => told.push(how) });
    await machine.stop();
    expect(isAlive((await machine.pid()) ?? -1)).toBe(false);
    expect(told).toEqual([]);
    expect(existsSync(join(machines.folder, 'qemu', SPEC.uid))).toBe(false);
  });

  test('a QEMU that does not start is a crash with its last words', async () => {
    const emulator = join(machines.folder, 'qemu-broken');
    writeFileSync(emulator, '#!/bin/sh\necho "first" >&2\necho "qemu-system-x86_64: no room" >&2\nexit 1\n', {
      mode: 0o755,
    });
    expect((await machines.start({}, { installed: { emulator, grub: '' } })).ends).toEqual([
      { how: 'crash', why: 'no room' },
    ]);
    const nothing = { emulator: join(machines.folder, 'nothing'), grub: '' };
    expect((await machines.start({}, { installed: nothing })).ends).toHaveLength(1);
  });

  test('without a screen or a serial port it has none', async () => {
    const { machine } = await machines.start({ graphics: false, serial: false });
    const viewer = new TestPeer();
    machine.connectVnc(viewer);
    await expect.poll(() => viewer.closed).toBe(true);
    expect(readdirSync(join(machines.folder, 'qemu', SPEC.uid))).not.toContain('vnc');
    const { machine: headless } = await machines.start({ graphics: false, uid: 'uid-2' });
    const peer = new TestPeer();
    headless.connectSerial(peer);
    await expect.poll(() => peer.text, WITHIN).toContain(PROMPT);
  });

  test('a viewer that takes nothing gets nothing more, until it does', async () => {
    const { peer, door } = await atPrompt();
    peer.takes = false;
    peer.backlog = 1024 * 1024;
    const before = peer.bytes.length;
    await type(door, 'set pager=0; while true; do cat (cd)/boot/grub/grub.cfg; done');
    await expect.poll(() => peer.bytes.length, WITHIN).toBeGreaterThan(before);
    const held = peer.bytes.length;
    for (let round = 0; round < 50; round++) await new Promise((resolve) => setImmediate(resolve));
    expect(peer.bytes.length).toBe(held);
    peer.catchUp();
    await expect.poll(() => peer.bytes.length, WITHIN).toBeGreaterThan(held);
  });

  test('it ends when the process that runs it is killed', async () => {
    const folder = new Folder(join(machines.folder, 'orphan'));
    const sockets = [FILES.monitor, FILES.serial].map((name) => createServer().listen(folder.socket(name)));
    const child = new URL('../../process/child.ts', import.meta.url).href;
    const script = join(machines.folder, 'parent.mjs');
    writeFileSync(
      script,
      `import { Child } from '${child}';
       const [command, cwd] = process.argv.slice(2);
       console.log(new Child(JSON.parse(command), { env: {}, cwd }).pid);
       setInterval(() => {}, 1000);`,
    );
    const args = [script, JSON.stringify(machines.command(SPEC)), folder.path];
    const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    await Promise.all(sockets.map((server) => once(server, 'connection')));
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid)).toBe(false);
    for (const server of sockets) server.close();
    folder.remove();
  });
});
