import { createHash } from 'node:crypto';
import { type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { FIN, Opcode, writeClose } from '#libs/websocket';
import { bytesOf, cut, fragments, type Sent } from '../../../libs/websocket/testing/frames.js';
import { openRaw } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { floods, TunnelBench } from '../testing/tunnel.js';
import { type UpstreamTarget } from './tunnel.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const KEY = Buffer.from([7, 0, 255, 129]);
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];

describe.each([
  ['without TLS', false],
  ['with TLS', true],
])('a tunnel to a cluster %s', (_name, tls) => {
  const bench = new TunnelBench();
  const leave: (() => void)[] = [];
  beforeAll(() => bench.listen({ tls }));
  afterEach(() => {
    for (const viewer of leave.splice(0)) viewer();
  });
  afterAll(() => bench.close());

  /**
   * Both ends are the library's, and the sockets below them.
   * @param autoPong whether they answer pings: into the middle of a frame that a test writes by hand
   */
  async function open({ autoPong = true, ...options }: Partial<UpstreamTarget> & { autoPong?: boolean } = {}) {
    const next = bench.next({ autoPong, ...options });
    const viewer = new WebSocket(`ws://127.0.0.1:${bench.port}/`, { maxPayload: 0, autoPong });
    viewer.on('error', () => undefined);
    leave.push(() => viewer.terminate());
    const raw = new Promise<Socket>((resolve) => viewer.once('upgrade', ({ socket }) => resolve(socket)));
    return { viewer, raw: await raw, ...(await next) };
  }

  it.each(SIZES)('carries messages of %i bytes both ways', async (size) => {
    const { viewer, guest } = await open();
    const [atGuest, atViewer] = [received(guest), received(viewer)];
    const message = Buffer.alloc(size, 'abcdefg');
    for (let i = 0; i < 3; i++) {
      viewer.send(message);
      guest.send(message);
    }
    await until(() => atGuest.length === 3 && atViewer.length === 3);
    expect([...atGuest, ...atViewer].every((one) => one.equals(message))).toBe(true);
  });

  it('carries messages however they are cut and fragmented, with pings between, both ways', async () => {
    await fc.assert(
      fc.asyncProperty(talk, talk, cuts, async (up, down, lengths) => {
        const { viewer, guest, raw, guestRaw, tunnel } = await open({ autoPong: false });
        const [atGuest, atViewer] = [received(guest), received(viewer)];
        await Promise.all([sendCut(raw, framesOf(up, KEY), lengths), sendCut(guestRaw, framesOf(down), lengths)]);
        await until(() => atGuest.length === up.length && atViewer.length === down.length);
        expect(atGuest.map(sha)).toEqual(up.map((one) => sha(payloadOf(one))));
        expect(atViewer.map(sha)).toEqual(down.map((one) => sha(payloadOf(one))));
        expect([tunnel.bytesIn, tunnel.bytesOut]).toEqual([sum(up), sum(down)]);
        viewer.terminate();
        await tunnel.closed;
      }),
      { numRuns: 15 },
    );
  });

  it('carries a message cut at every byte', async () => {
    const { viewer, guest, raw, guestRaw } = await open();
    const [atGuest, atViewer] = [received(guest), received(viewer)];
    const messages = [{ size: 10, sizes: [3, 0], text: true }];
    await Promise.all([sendCut(raw, framesOf(messages, KEY), [1]), sendCut(guestRaw, framesOf(messages), [1])]);
    await until(() => atGuest.length === 1 && atViewer.length === 1);
    expect([atGuest, atViewer].map(String)).toEqual(['of a conso', 'of a conso']);
  });

  it('gives everything to a viewer who reads slowly, and to a guest', async () => {
    const { viewer, guest } = await open();
    const [up, down] = [createHash('sha1'), createHash('sha1')];
    const message = Buffer.alloc(777, 'slow');
    let [atGuest, atViewer] = [0, 0];
    guest.on('message', (data: Buffer) => (up.update(data), (atGuest += data.length), rest(guest, atGuest)));
    viewer.on('message', (data: Buffer) => (down.update(data), (atViewer += data.length), rest(viewer, atViewer)));
    const count = 10_000;
    for (let i = 0; i < count; i++) {
      viewer.send(message);
      guest.send(message);
    }
    await until(() => atGuest === count * 777 && atViewer === count * 777);
    const expected = createHash('sha1')
      .update(Buffer.alloc(777 * count, message))
      .digest('hex');
    expect([up.digest('hex'), down.digest('hex')]).toEqual([expected, expected]);
  });

  it.each([
    ['large messages', 64 * KIB],
    ['small ones', 200],
  ])('a viewer who does not read costs at most 1 MiB: %s', async (_, size) => {
    const { viewer, socket, guest } = await open();
    viewer.pause();
    const all = floods(guest, size);
    await until(all.stuck);
    expect(socket.writableLength).toBeLessThan(MIB / 2);
    // What a slab holds beyond what is sent from it.
    expect(bench.tunnels.slabs.taken).toBeLessThanOrEqual(4);
    all.stop();
    let got = 0;
    viewer.on('message', ({ length }: Buffer) => (got += length)).resume();
    await until(() => guest.bufferedAmount === 0 && got === all.sent());
  });

  it('a guest that does not read costs at most 1 MiB, and its viewer is not read either', async () => {
    const { viewer, socket, guest, tunnel } = await open();
    guest.pause();
    const all = floods(viewer, 64 * KIB);
    await until(() => all.stuck() && socket.isPaused());
    expect(socket.readableLength).toBeLessThanOrEqual(128 * KIB);
    expect(bench.tunnels.slabs.taken).toBeLessThanOrEqual(4);
    all.stop();
    let got = 0;
    guest.on('message', ({ length }: Buffer) => (got += length)).resume();
    await until(() => viewer.bufferedAmount === 0 && got === all.sent());
    expect(tunnel.bytesIn).toBe(got);
  });

  it('a viewer who only pings and does not read costs no answers', async () => {
    const { viewer, raw, socket, guest } = await open();
    raw.pause();
    const all = floods(guest, 64 * KIB);
    await until(all.stuck);
    all.stop();
    const before = socket.writableLength;
    const heard = socket.bytesRead;
    for (let i = 0; i < 1000; i++) viewer.ping(Buffer.alloc(125));
    await until(() => socket.bytesRead >= heard + 125_000);
    expect(socket.writableLength).toBe(before);
  });

  it('cuts a viewer who says that they leave, but takes nothing of what waits for them', async () => {
    const { raw, guest, socket, tunnel } = await open();
    raw.pause();
    const all = floods(guest, 64 * KIB);
    await until(all.stuck);
    all.stop();
    // No close frame: the end of the connection alone.
    raw.end();
    await tunnel.closed;
    expect(socket.destroyed).toBe(true);
  });

  it('answers a ping that came while the viewer did not read, once they do', async () => {
    const { viewer, raw, guest, socket } = await open();
    raw.pause();
    const all = floods(guest, 64 * KIB);
    await until(all.stuck);
    all.stop();
    const heard = socket.bytesRead;
    for (const said of ['a', 'b']) viewer.ping(said);
    await until(() => socket.bytesRead > heard + 10);
    const pongs: string[] = [];
    viewer.on('pong', (data: Buffer) => pongs.push(data.toString()));
    raw.resume();
    await until(() => pongs.length > 0);
    expect(pongs).toEqual(['b']);
  });

  it('answers the pings of both ends, also within a message, and passes neither on', async () => {
    const { viewer, raw, guest, guestRaw } = await open();
    const seen: string[] = [];
    for (const [name, end] of [
      ['viewer', viewer],
      ['guest', guest],
    ] as const) {
      end.on('ping', (data: Buffer) => seen.push(`${name} is pinged: ${data.toString()}`));
      end.on('pong', (data: Buffer) => seen.push(`${name} is answered: ${data.toString()}`));
    }
    raw.write(bytesOf({ first: Opcode.binary, payload: Buffer.from('begun'), key: KEY }));
    guestRaw.write(bytesOf({ first: Opcode.binary, payload: Buffer.from('begun') }));
    viewer.ping('a');
    guest.ping('b');
    viewer.pong('nobody asked');
    guest.pong('nobody asked');
    await until(() => seen.length === 2);
    expect(seen.sort()).toEqual(['guest is answered: b', 'viewer is answered: a']);
    const [atGuest, atViewer] = [received(guest), received(viewer)];
    raw.write(bytesOf({ first: FIN, payload: Buffer.from(', done'), key: KEY }));
    guestRaw.write(bytesOf({ first: FIN, payload: Buffer.from(', done') }));
    await until(() => atGuest.length === 1 && atViewer.length === 1);
    expect([atGuest, atViewer].map(String)).toEqual(['begun, done', 'begun, done']);
  });

  it('tells the viewer of the end in the middle of a message of the guest', async () => {
    const { viewer, guest, guestRaw, tunnel } = await open();
    const [ends, guestEnds] = [closed(viewer), closed(guest)];
    const whole = bytesOf({ first: FIN | Opcode.binary, payload: Buffer.alloc(MIB) });
    guestRaw.write(whole.subarray(0, 100 * KIB));
    await until(() => tunnel.bytesOut > 90 * KIB);
    tunnel.end({ code: 4002, reason: 'Revoked.' });
    expect(await ends).toEqual([4002, 'Revoked.']);
    guestRaw.write(whole.subarray(100 * KIB));
    expect((await guestEnds)[0]).toBe(1000);
    await tunnel.closed;
  });

  it('passes on what the guest sent before it closed, then says why', async () => {
    const { viewer, guest, guestRaw, tunnel } = await open();
    const [atViewer, ends, guestEnds] = [received(viewer), closed(viewer), closed(guest)];
    const last = { first: FIN | Opcode.binary, payload: Buffer.from('last words') };
    const close = { first: FIN | Opcode.close, payload: writeClose(4321, 'Bye.') };
    guestRaw.write(Buffer.concat([last, close, last].map(bytesOf)));
    expect(await ends).toEqual([1011, 'lost']);
    expect(atViewer.map(String)).toEqual(['last words']);
    expect((await guestEnds)[0]).toBe(4321);
    await tunnel.closed;
  });

  it('asks once why the guest closed', async () => {
    let asked = 0;
    const onLost = () => {
      asked += 1;
      return new Promise<never>(() => undefined);
    };
    const { viewer, guest, tunnel } = await open({ onLost });
    guest.close(1001);
    await closed(guest);
    viewer.close();
    await tunnel.closed;
    expect(asked).toBe(1);
  });

  it.each([
    ['a masked frame', bytesOf({ first: FIN | Opcode.binary, payload: Buffer.from('x'), key: KEY })],
    ['a reserved bit', bytesOf({ first: FIN | 0x40 | Opcode.binary, payload: Buffer.from('x') })],
    ['a reserved opcode', bytesOf({ first: FIN | 5, payload: Buffer.from('x') })],
    ['a close frame that is none', bytesOf({ first: FIN | Opcode.close, payload: Buffer.from([0, 1]) })],
  ])('1011 where the guest sends %s', async (_, bytes) => {
    const { viewer, guest, guestRaw, tunnel } = await open();
    const [ends, guestEnds] = [closed(viewer), closed(guest)];
    guestRaw.write(bytes);
    expect(await ends).toEqual([1011, 'The virtual machine sent data that is not a valid WebSocket message.']);
    expect((await guestEnds)[0]).toBe(1002);
    await tunnel.closed;
  });

  it('gives the guest nothing after a frame that is not valid, but what came before', async () => {
    const { viewer, raw, guest } = await open();
    const [atGuest, ends] = [received(guest), closed(viewer)];
    const good = { first: FIN | Opcode.binary, payload: Buffer.from('good'), key: KEY };
    raw.write(Buffer.concat([good, { ...good, first: good.first | 0x20 }, good].map(bytesOf)));
    expect((await ends)[0]).toBe(1002);
    await closed(guest);
    expect(atGuest.map(String)).toEqual(['good']);
  });

  it('1000 to the guest when the viewer leaves; the viewer gets its own code back', async () => {
    const { viewer, guest, tunnel } = await open();
    const [ends, guestEnds] = [closed(viewer), closed(guest)];
    viewer.close(4000, 'done');
    expect(await tunnel.ended).toEqual({ code: 4000, reason: 'The viewer closed the console.', byViewer: true });
    expect(await ends).toEqual([4000, 'done']);
    expect((await guestEnds)[0]).toBe(1000);
    await tunnel.closed;
  });

  it('1000 to the guest when the viewer only stops sending', async () => {
    const { raw, guest, tunnel } = await open();
    const guestEnds = closed(guest);
    raw.end();
    expect(await tunnel.ended).toMatchObject({ code: 1006, byViewer: true });
    expect((await guestEnds)[0]).toBe(1000);
    await tunnel.closed;
  });

  it('1011 when the guest only stops sending', async () => {
    const { viewer, guestRaw, tunnel } = await open();
    const ends = closed(viewer);
    guestRaw.end();
    expect(await ends).toEqual([1011, 'lost']);
    await tunnel.closed;
  });

  it('cuts sides that do not answer the end', async () => {
    const next = bench.next();
    const raw = openRaw(bench.port, '/', {});
    leave.push(() => raw.destroy());
    const { guest, tunnel, socket } = await next;
    raw.pause();
    guest.pause();
    tunnel.end({ code: 4001, reason: 'Expired.' });
    await tunnel.closed;
    expect(socket.destroyed).toBe(true);
  });

  it('leaves no slab, socket or timer behind', async () => {
    await until(() => bench.tunnels.slabs.taken === 0);
    const resources = (): number =>
      process.getActiveResourcesInfo().filter((one) => /TCPSocket|TLSWrap|Timeout/.test(one)).length;
    await until(() => resources() <= 2);
    const before = resources();
    for (let turn = 0; turn < 500 / 20; turn++) {
      await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          const { viewer, guest, tunnel } = await openOne();
          const seen = new Promise((resolve) => viewer.once('message', resolve));
          guest.send(Buffer.alloc(20 * KIB));
          if (i % 2 === 0) await seen;
          if (i % 4 === 0) viewer.terminate();
          else if (i % 4 === 1) guest.terminate();
          else if (i % 4 === 2) viewer.close();
          else tunnel.end({ code: 4003, reason: 'Ended.' });
          await tunnel.closed;
        }),
      );
    }
    await until(() => bench.tunnels.slabs.taken === 0 && resources() <= before);
  }, 60_000);

  let opening: Promise<unknown> = Promise.resolve();
  /** One after the other: the bench joins the next viewer with the next guest. */
  function openOne(): ReturnType<typeof open> {
    const one = opening.then(() => open());
    opening = one;
    return one;
  }
});

interface Message {
  readonly size: number;
  /** Of its fragments. */
  readonly sizes: number[];
  readonly text: boolean;
}

const payloadOf = ({ size }: Message): Buffer => Buffer.alloc(size, 'of a console ');

const talk: fc.Arbitrary<Message[]> = fc.array(
  fc.record({
    size: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.constantFrom(...SIZES)),
    sizes: fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 3 }),
    text: fc.boolean(),
  }),
  { maxLength: 5 },
);

/** Single bytes and large chunks: with single bytes alone, a large message would take minutes. */
const cuts = fc.array(fc.integer({ min: 1, max: 30_000 }), { maxLength: 8 }).map((lengths) => [...lengths, 1, 30_000]);

/** Each frame is followed by a ping. */
function framesOf(messages: readonly Message[], key?: Uint8Array): Buffer {
  const ping: Sent = { first: FIN | Opcode.ping, payload: Buffer.from('?'), ...(key && { key }) };
  return Buffer.concat(
    messages
      .flatMap((one) => fragments(one.text ? Opcode.text : Opcode.binary, payloadOf(one), one.sizes, key))
      .flatMap((one) => [one, ping])
      .map(bytesOf),
  );
}

async function sendCut(socket: Socket, bytes: Buffer, lengths: readonly number[]): Promise<void> {
  for (const chunk of cut(bytes, lengths)) {
    socket.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The messages that come. */
function received(socket: WebSocket): Buffer[] {
  const messages: Buffer[] = [];
  socket.on('message', (data: Buffer) => messages.push(data));
  return messages;
}

function closed(socket: WebSocket): Promise<[number, string]> {
  return new Promise((resolve) => socket.once('close', (code, reason) => resolve([code, reason.toString()])));
}

const sha = (data: Buffer): string => createHash('sha1').update(data).digest('hex');
const sum = (messages: readonly Message[]): number => messages.reduce((all, { size }) => all + size, 0);

/** Pauses for a turn each 64 kB. */
function rest(socket: WebSocket, got: number): void {
  if (Math.floor(got / (64 * KIB)) === Math.floor((got - 777) / (64 * KIB))) return;
  socket.pause();
  setImmediate(() => socket.resume());
}
