import { PNG } from 'pngjs';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeClientMessage, Keysym, textKeysym } from '#libs/rfb';
import { readScreen } from '../../../../e2e/support/screen.js';
import { type Door, type MachineEnd, type Peer } from '../machine.js';
import { type Clock } from './clock.js';
import { Guest } from './guest.js';

/** A clock that a test advances. */
class TestClock implements Clock {
  #now = Date.UTC(2026, 0, 5, 12, 30, 0);
  #due: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { at: this.#now + ms, callback };
    this.#due.push(entry);
    return () => (this.#due = this.#due.filter((other) => other !== entry));
  }

  get timers(): number {
    return this.#due.length;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }
}

const spec = {
  namespace: 'gateway-example',
  name: 'demo',
  uid: 'uid-1',
  graphics: true,
  serial: true,
};

const up = (): void => undefined;

class TestPeer implements Peer {
  text = '';
  closed = false;
  backlog = 0;
  send(bytes: Uint8Array): void {
    this.text += Buffer.from(bytes).toString('utf8');
  }
  close(): void {
    this.closed = true;
  }
}

const machines: Guest[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

function boot(over: Partial<typeof spec> = {}) {
  const clock = new TestClock();
  const ends: MachineEnd[] = [];
  const guest = new Guest({ ...spec, ...over }, { up, ended: (how) => ends.push(how) }, clock);
  machines.push(guest);
  clock.advance(1000);
  const peer = new TestPeer();
  const serial = guest.connectSerial(peer);
  const type = (text: string): void => serial.receive(Buffer.from(text));
  return { guest, clock, ends, peer, type };
}

const screen = async (guest: Guest): Promise<string> => (await guest.text()).join('\n').trimEnd();
/** What the screen shows after the last prompt but one: the last command and its answer. */
const lastAnswer = async (guest: Guest): Promise<string[]> => {
  const lines = (await screen(guest)).split('\n');
  const prompts = lines.flatMap((line, index) => (line.startsWith('guest@demo:~$') ? [index] : []));
  return lines.slice(prompts.at(-2), prompts.at(-1));
};

/** Keys of a viewer, without a screen of its own. */
function viewer(guest: Guest): { door: Door; peer: TestPeer; press: (...keysyms: number[]) => void } {
  const peer = new TestPeer();
  const door = guest.connectVnc(peer);
  const send = (message: Parameters<typeof encodeClientMessage>[0]): void => door.receive(encodeClientMessage(message));
  send({ type: 'version', minor: 8 });
  send({ type: 'security', security: 1 });
  send({ type: 'init', shared: true });
  const press = (...keysyms: number[]): void => {
    for (const keysym of keysyms) send({ type: 'key', down: true, keysym });
    for (const keysym of keysyms.reverse()) send({ type: 'key', down: false, keysym });
  };
  return { door, peer, press };
}

describe('the guest', () => {
  it('boots, tells a person what to type and waits without a timer', async () => {
    const { guest, clock } = boot();
    const text = await screen(guest);
    expect(text).toContain('Welcome to demo.');
    expect(text).toContain('Type help and press Enter');
    expect(text.split('\n').at(-1)).toBe('guest@demo:~$');
    expect(clock.timers).toBe(0);
  });

  it.each([
    ['echo hi  two', ['hi two']],
    ['date', ['Mon Jan  5 12:30:01 UTC 2026']],
    ['uname -a', ['Linux demo 6.12.0-guest #1 SMP x86_64 GNU/Linux']],
    ['hostname', ['demo']],
    ['constructor', ['constructor: command not found (type help)']],
    ['', []],
  ])('answers %s', async (command, answer) => {
    const { guest, type } = boot();
    type(`${command}\r`);
    expect((await lastAnswer(guest)).slice(1)).toEqual(answer);
  });

  it('lists its commands', async () => {
    const { guest, type } = boot();
    type('help\r');
    const text = await screen(guest);
    for (const name of ['help', 'date', 'uname', 'echo', 'colors', 'clear', 'reboot', 'hostname', 'poweroff']) {
      expect(text).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
  });

  it('is one session on the screen and on the serial console', async () => {
    const { guest, type, peer } = boot();
    const { press } = viewer(guest);
    type('echo from se');
    press(textKeysym('r'));
    press(textKeysym('i'));
    press(Keysym.return);
    expect((await lastAnswer(guest)).at(-1)).toBe('from seri');
    expect(peer.text).toContain('from seri');
  });

  it('shows who plugs in late what was written meanwhile, or else the prompt', () => {
    const { peer } = boot();
    expect(peer.text).toContain('Welcome to demo.');
    const { guest } = boot();
    const late = new TestPeer();
    guest.connectSerial(late);
    expect(late.text).toMatch(/guest@demo/);
    expect(late.text).not.toContain('Welcome');
  });

  it('edits lines', async () => {
    const { guest, type } = boot();
    type('echo abd\x7fc\x1b[D\r');
    expect((await lastAnswer(guest)).at(-1)).toBe('abc');
    type('nonsense\x15echo ok\r');
    expect((await lastAnswer(guest)).at(-1)).toBe('ok');
  });

  it('edits lines that are longer than the screen is wide', async () => {
    const { guest, type } = boot();
    type(`echo ${'x'.repeat(150)}\x7f\x7f`);
    expect((await screen(guest)).split('\n').slice(-3).join('')).toBe(`guest@demo:~$ echo ${'x'.repeat(148)}`);
    type('\x15echo short\r');
    expect((await lastAnswer(guest)).join('')).toContain('short');
    type(`${'a'.repeat(66)}\x7f\x7f`);
    expect((await screen(guest)).split('\n').at(-1)).toBe(`guest@demo:~$ ${'a'.repeat(64)}`);
  });

  it('gives a line up with Ctrl-C, clears with Ctrl-L', async () => {
    const { guest, type } = boot();
    type('echo no\x03');
    expect((await lastAnswer(guest)).at(-1)).toBe('guest@demo:~$ echo no^C');
    type('keep\x0c');
    expect(await screen(guest)).toBe('guest@demo:~$ keep');
  });

  it('stands still while it is paused and then catches up', async () => {
    const { guest, type, clock } = boot();
    guest.pause();
    type('echo later\r');
    clock.advance(5000);
    expect(await screen(guest)).not.toContain('later');
    guest.unpause();
    expect((await lastAnswer(guest)).at(-1)).toBe('later');
  });

  it('stands still while it boots paused', async () => {
    const clock = new TestClock();
    const guest = new Guest(spec, { up, ended: up }, clock);
    machines.push(guest);
    guest.pause();
    clock.advance(1000);
    expect(await screen(guest)).toBe('');
    guest.unpause();
    expect(await screen(guest)).toContain('Welcome');
  });

  it('reads what was typed while it booted', async () => {
    const clock = new TestClock();
    const guest = new Guest(spec, { up, ended: up }, clock);
    machines.push(guest);
    guest.connectSerial(new TestPeer()).receive(Buffer.from('echo early\r'));
    clock.advance(1000);
    expect((await lastAnswer(guest)).at(-1)).toBe('early');
  });

  it('reboots on command, by reset and by Ctrl-Alt-Del', async () => {
    const { guest, type, clock } = boot();
    type('echo before\rreboot\rlost');
    expect(await screen(guest)).toContain('Rebooting.');
    clock.advance(2000);
    expect(await screen(guest)).toContain('Welcome');
    expect(await screen(guest)).not.toContain('before');
    type('echo x\r');
    viewer(guest).press(Keysym.controlLeft, Keysym.altLeft, Keysym.delete);
    clock.advance(2000);
    expect(await screen(guest)).not.toContain('echo x');
  });

  it('powers off: every console ends, and the end is reported once', () => {
    const { type, clock, ends, peer, guest } = boot();
    const screenPeer = viewer(guest).peer;
    type('poweroff\r');
    expect(ends).toEqual([]);
    clock.advance(1000);
    expect(ends).toEqual(['poweroff']);
    expect(peer.closed && screenPeer.closed).toBe(true);
    type('echo dead\r');
    expect(peer.text).not.toContain('dead');
  });

  it('pastes the viewer clipboard when it is asked to, not before', async () => {
    const { guest } = boot();
    const { door, press } = viewer(guest);
    door.receive(encodeClientMessage({ type: 'cutText', text: 'echo pasted' }));
    expect(await screen(guest)).not.toContain('pasted');
    press(Keysym.shiftLeft, Keysym.insert);
    press(Keysym.return);
    expect((await lastAnswer(guest)).at(-1)).toBe('pasted');
  });

  it('understands QEMU extended key events, with and without a keysym', async () => {
    const { guest } = boot();
    const { door } = viewer(guest);
    const key = (keysym: number, keycode: number, down = true): void =>
      door.receive(encodeClientMessage({ type: 'qemuKey', down, keysym, keycode }));
    for (const [scancode, char] of [0x12, 0x2e, 0x23, 0x18].map((code, index) => [code, 'echo'[index]] as const)) {
      key(textKeysym(char ?? ''), scancode);
    }
    key(0, 0x39);
    key(0, 0x2a);
    key(0, 0x1e);
    key(0, 0x2a, false);
    key(0, 0x1e);
    key(0, 0x1c);
    expect((await lastAnswer(guest)).at(-1)).toBe('Aa');
  });

  it('has no screen or serial output where the device is switched off', async () => {
    expect(await screen(boot({ graphics: false }).guest)).toBe('');
    expect(boot({ serial: false }).peer.text).not.toContain('Welcome');
  });

  it('gives its screen as a PNG that reads as what it shows', async () => {
    const { guest, type } = boot();
    type('help\r');
    const file = Buffer.from(await guest.screenshot());
    expect(file.length).toBeLessThan(20_000);
    const png = PNG.sync.read(file);
    expect([png.width, png.height]).toEqual([800, 600]);
    expect(readScreen(png.data, png.width, png.height)).toEqual(await guest.text());
  });
});
