import { type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { frame, openRaw } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { type TestTunnel, TunnelBench } from '../testing/tunnel.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const BINARY = 0x82;

const bench = new TunnelBench();
const leave: (() => void)[] = [];
beforeAll(() => bench.listen());
afterEach(() => {
  for (const viewer of leave.splice(0)) viewer();
});
afterAll(() => bench.close());

/** A viewer that answers pings, of what it reads. */
async function open(): Promise<TestTunnel & { viewer: WebSocket; raw: Socket }> {
  const next = bench.next();
  const viewer = new WebSocket(`ws://127.0.0.1:${bench.port}/`);
  leave.push(() => viewer.terminate());
  const raw = new Promise<Socket>((resolve) => viewer.once('upgrade', ({ socket }) => resolve(socket)));
  return { viewer, raw: await raw, ...(await next) };
}

/** A viewer that answers nothing, and reads only what the test reads. */
async function openSilent(): Promise<TestTunnel & { raw: Socket }> {
  const next = bench.next();
  const raw = openRaw(bench.port, '/', {});
  leave.push(() => raw.destroy());
  return { raw, ...(await next) };
}

/** The guest sends as much as is taken. @returns true while it waits for that */
function floods({ guest }: TestTunnel): () => boolean {
  const chunk = Buffer.alloc(64 * KIB);
  const pump = (error?: Error): void => void (error ?? guest.send(chunk, pump));
  for (let i = 0; i < 8; i++) pump();
  let before = 0;
  let looks = 0;
  return () => {
    looks = guest.bufferedAmount > 0 && guest.bufferedAmount === before ? looks + 1 : 0;
    before = guest.bufferedAmount;
    return looks > 5;
  };
}

/** Reads so many bytes and pauses. */
async function reads(viewer: WebSocket, bytes: number): Promise<void> {
  let got = 0;
  await new Promise<void>((resolve) => {
    const count = ({ length }: Buffer): void => {
      got += length;
      if (got < bytes) return;
      viewer.off('message', count).pause();
      resolve();
    };
    viewer.on('message', count).resume();
  });
}

/** What counts as taken by the viewer. */
const taken = ({ bytesWritten, writableLength }: Socket): number => bytesWritten - writableLength;

describe('a viewer is alive', () => {
  it('who reads what a busy guest sends at 20 kB/s', async () => {
    const one = await open();
    const { viewer, socket, tunnel, end } = one;
    viewer.pause();
    await until(floods(one));
    const beats = 30;
    let read = 0;
    for (let i = 0; i < beats && end() === undefined; i++) {
      const heard = socket.bytesRead;
      tunnel.beat();
      await until(async () => {
        await reads(viewer, 64 * KIB);
        read += 64 * KIB;
        return socket.bytesRead > heard || end() !== undefined;
      });
    }
    expect(end()).toBeUndefined();
    // At a beat every 20 s, they are heard between two of them where they read as many kB/s.
    expect(read / beats / 20).toBeLessThan(20_000);
  });

  it.each([
    ['many messages', 64, 64 * KIB],
    ['one message', 1, 4 * MIB],
  ])('who reads slowly what a guest sent in one go, before it fell silent: %s', async (_, count, size) => {
    const { viewer, raw, socket, tunnel, guest, end } = await open();
    viewer.pause();
    for (let i = 0; i < count; i++) guest.send(Buffer.alloc(size));
    await until(() => tunnel.bytesOut === count * size);
    raw.on('data', () => raw.pause());
    let beats = 0;
    for (; raw.bytesRead < count * size && end() === undefined; beats++) {
      const heard = socket.bytesRead;
      tunnel.beat();
      await until(() => {
        viewer.resume();
        raw.resume();
        return socket.bytesRead > heard || end() !== undefined;
      });
    }
    expect(end()).toBeUndefined();
    expect(beats).toBeGreaterThan(5);
  });

  it('who takes bytes, though they answer nothing', async () => {
    const one = await openSilent();
    const { raw, socket, tunnel, end } = one;
    await until(floods(one));
    for (let i = 0; i < 10; i++) {
      tunnel.beat();
      const before = taken(socket);
      await until(() => {
        raw.read();
        return taken(socket) > before || end() !== undefined;
      });
      await until(() => socket.writableLength > 0 || end() !== undefined);
    }
    expect(end()).toBeUndefined();
  });

  it('who sends a large message slowly', async () => {
    const { raw, socket, upstream, tunnel, end } = await openSilent();
    raw.write(frame(BINARY, '', MIB));
    for (let i = 0; i < 10; i++) {
      const heard = socket.bytesRead;
      raw.write(Buffer.alloc(KIB));
      await until(() => socket.bytesRead > heard || end() !== undefined);
      const answered = upstream().bytesRead;
      tunnel.beat();
      await until(() => upstream().bytesRead > answered || end() !== undefined);
    }
    expect(end()).toBeUndefined();
  });

  it('whom the gateway does not read, because the guest takes input slowly', async () => {
    const { viewer, socket, tunnel, guest, upstream, end } = await open();
    guest.pause();
    let received = 0;
    guest.on('message', ({ length }: Buffer) => (received += length));
    for (let i = 0; i < 32; i++) viewer.send(Buffer.alloc(MIB / 2));
    await until(() => socket.isPaused());
    for (let i = 0; i < 10; i++) {
      const answered = upstream().bytesRead;
      tunnel.beat();
      await until(async () => {
        await reads(guest, 1);
        return upstream().bytesRead > answered;
      });
    }
    expect(end()).toBeUndefined();
    guest.resume();
    await until(() => received === 16 * MIB);
  });
});

describe('a viewer is dead', () => {
  const gone = { code: 1006, reason: 'The viewer stopped responding.' };

  it('who answers no ping while nothing else is sent: at the second beat', async () => {
    const { tunnel, end } = await openSilent();
    tunnel.beat();
    await Promise.resolve();
    expect(end()).toBeUndefined();
    tunnel.beat();
    await until(() => end() !== undefined);
    expect(end()).toEqual(gone);
  });

  it('who neither takes what a busy guest sends nor answers: within six beats', async () => {
    const one = await openSilent();
    await until(floods(one));
    for (let i = 0; i < 6; i++) one.tunnel.beat();
    await until(() => one.end() !== undefined);
    expect(one.end()).toEqual(gone);
  });
});

describe('a guest', () => {
  const dead = { code: 1011, reason: 'The connection to the virtual machine stopped responding.' };

  /** Beats once the viewer has answered the last ping. */
  async function beats({ tunnel, socket }: TestTunnel, heard: number): Promise<number> {
    await until(() => socket.bytesRead > heard);
    const now = socket.bytesRead;
    tunnel.beat();
    return now;
  }

  it('that answers pings is alive, though it sends nothing', async () => {
    const one = await open();
    let heard = 0;
    for (let i = 0; i < 5; i++) {
      const answered = one.upstream().bytesRead;
      heard = await beats(one, heard);
      await until(() => one.upstream().bytesRead > answered);
    }
    expect(one.end()).toBeUndefined();
  });

  it('that answers no ping is dead at the second beat: the viewer is told', async () => {
    const one = await open();
    const closed = new Promise((resolve) =>
      one.viewer.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    one.guest.pause();
    const heard = await beats(one, 0);
    expect(one.end()).toBeUndefined();
    await beats(one, heard);
    expect(await closed).toEqual(dead);
    expect(one.end()).toEqual(dead);
  });

  it('that neither takes what the viewer sends nor answers is dead within six beats', async () => {
    const one = await open();
    one.guest.pause();
    for (let i = 0; i < 32; i++) one.viewer.send(Buffer.alloc(MIB / 2));
    await until(() => one.socket.isPaused());
    for (let i = 0; i < 6; i++) one.tunnel.beat();
    await until(() => one.end() !== undefined);
    expect(one.end()).toEqual(dead);
  });
});
