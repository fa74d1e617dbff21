import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Monitor } from './monitor.js';

let server: Server;
let qemu: Socket;
let monitor: Monitor;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  qemu = connect(port, '127.0.0.1');
  const [ours] = await accepted;
  monitor = new Monitor(ours, () => undefined);
});

afterEach(async () => {
  qemu.destroy();
  server.close();
  await once(server, 'close');
});

it('gives each command its own answer', async () => {
  const answers = [monitor.run('stop'), monitor.run('cont').catch(String)];
  qemu.write('{"error": {"class": "GenericError", "desc": "no"}, "id": 2}\n{"return": {}, "id": 1}\n');
  expect(await Promise.all(answers)).toEqual([{}, 'Error: no']);
});

it('takes a line that was cut short, by a kill, for the end of QEMU', async () => {
  const answer = monitor.run('query-status');
  qemu.end('{"return": {"sta');
  await expect(answer).rejects.toThrow('QEMU has ended');
});
