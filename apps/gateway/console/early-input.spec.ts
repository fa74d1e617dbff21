import { type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type GateTokenSpec } from '#libs/api';
import { frame, openRaw } from '../testing/clients.js';
import { json } from '../testing/fake-api.js';
import { SERIAL, until, VNC } from '../testing/gateway.js';
import { type Stored } from '../testing/object-store.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
const BINARY = 0x82;

/** Console sockets of viewers, of which the test ends what is left. */
const sockets: WebSocket[] = [];
afterEach(() => {
  cluster.api.answer = () => false;
  for (const socket of sockets.splice(0)) socket.terminate();
});

/** From now on a console waits for its record. @returns how many wait, and lets them go on */
function holdRecords(): { waiting: () => number; release: () => void } {
  const held: [ServerResponse, string][] = [];
  cluster.api.answer = (req, res, body) => {
    const isRecord = req.method === 'POST' && req.url?.endsWith('/gatesessions') === true;
    if (isRecord) held.push([res, body]);
    return isRecord;
  };
  const release = (): void => {
    cluster.api.answer = () => false;
    for (const [res, body] of held)
      json(res, cluster.api.objects.create('gatesessions', JSON.parse(body) as Stored), 201);
  };
  return { waiting: () => held.length, release };
}

async function bearer(spec: Partial<GateTokenSpec> = {}): Promise<{ authorization: string }> {
  const { status } = await cluster.grant(spec);
  return { authorization: `Bearer ${status?.token ?? ''}` };
}

/** A viewer that speaks as soon as its handshake is answered. @returns what came back */
async function speaks(path: string, say: (socket: WebSocket) => void, spec: Partial<GateTokenSpec> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, { headers: await bearer(spec) });
  sockets.push(socket);
  const received: Buffer[] = [];
  let bytes = 0;
  socket.on('message', (data: Buffer) => {
    received.push(data);
    bytes += data.length;
  });
  socket.once('open', () => say(socket));
  await new Promise((resolve) => socket.once('open', resolve));
  return { socket, bytes: () => bytes, text: () => Buffer.concat(received).toString('latin1') };
}

const GREETING = 'RFB 003.008\n';

describe('what a viewer sends before its console is open', () => {
  it('reaches the guest, in order, with what it sends after', async () => {
    const records = holdRecords();
    const lines = Array.from({ length: 300 }, (_, i) => `echo ${i}\r`);
    const viewer = await speaks(SERIAL, (socket) => lines.forEach((line) => socket.send(line)));
    await until(() => records.waiting() === 1);
    records.release();
    lines.push('and after');
    viewer.socket.send('and after');
    await until(() => viewer.text().endsWith('and after'));
    expect(viewer.text()).toBe(GREETING + lines.join(''));
  });

  it('reaches the guest where the console opens at once', async () => {
    const viewer = await speaks(SERIAL, (socket) => socket.send('echo one\r'));
    await until(() => viewer.text() === `${GREETING}echo one\r`);
  });

  it('reaches the guest where it comes in one piece with the handshake', async () => {
    const records = holdRecords();
    const frames = Buffer.concat(['one', 'two', 'three'].map((text) => frame(BINARY, text)));
    const socket = openRaw(gateway.port, SERIAL, await bearer(), frames);
    let received = '';
    socket.on('data', (data) => (received += data.toString()));
    await until(() => records.waiting() === 1);
    records.release();
    await until(() => /RFB.*one.*two.*three/s.test(received));
    socket.destroy();
  });

  it.each([
    ['large messages', 16, 1024 * 1024],
    ['small ones', 50_000, 200],
  ])('waits with the viewer when it is more than a little: %s', async (_, count, size) => {
    const records = holdRecords();
    const sent = Buffer.alloc(size, 'abcdefg');
    const connected = new Promise<Socket>((resolve) => gateway.server.once('connection', resolve));
    const viewer = await speaks(SERIAL, (socket) => {
      for (let i = 0; i < count; i++) socket.send(sent);
    });
    await until(() => records.waiting() === 1 && viewer.socket.bufferedAmount > 0);
    for (let turn = 0; turn < 2000; turn++) await new Promise((resolve) => setImmediate(resolve));
    const held = (await connected).bytesRead;
    records.release();
    await until(() => viewer.bytes() === GREETING.length + count * size);
    expect(held).toBeLessThan(2 * 1024 * 1024);
    expect(viewer.text().slice(GREETING.length) === sent.toString('latin1').repeat(count)).toBe(true);
  });

  it('passes the filter of a view-only link', async () => {
    const records = holdRecords();
    const say = (socket: WebSocket): void => {
      socket.send(GREETING);
      socket.send(Buffer.from([1]));
      socket.send(Buffer.from([1]));
      socket.send(Buffer.from([4, 1, 0, 0, 0, 0, 0, 97]));
      socket.send(Buffer.from([3, 1, 0, 0, 0, 0, 0, 1, 0, 1]));
    };
    const viewer = await speaks(VNC, say, { 'view-only': true });
    await until(() => records.waiting() === 1);
    records.release();
    const seen = GREETING + GREETING + Buffer.from([1, 1, 3, 1, 0, 0, 0, 0, 0, 1, 0, 1]).toString('latin1');
    await until(() => viewer.text() === seen);
  });

  it('ends the console where the filter of a view-only link does not know it', async () => {
    const records = holdRecords();
    const viewer = await speaks(VNC, (socket) => socket.send('not RFB at all'), { 'view-only': true });
    const closed = new Promise((resolve) => viewer.socket.once('close', resolve));
    await until(() => records.waiting() === 1);
    records.release();
    expect(await closed).toBe(1008);
  });
});
