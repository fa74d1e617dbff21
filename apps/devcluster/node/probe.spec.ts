import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Prober, tryProbe } from './probe.js';
import { freePort } from '../process/free-port.js';

let server: Server;
let port: number;
let code = 200;

beforeEach(async () => {
  code = 200;
  server = createServer((req, res) => {
    if (req.url === '/slow') return;
    res.writeHead(code).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const get = (path = '/') => ({ httpGet: { path, port: 'http' }, timeoutSeconds: 1, periodSeconds: 0.02 });

test('HTTP: from 200 to 399 is well', async () => {
  expect(await tryProbe(get(), port)).toBeUndefined();
  code = 302;
  expect(await tryProbe(get(), port)).toBeUndefined();
  code = 503;
  expect(await tryProbe(get(), port)).toBe('HTTP probe failed with statuscode: 503');
});

test('HTTP: no answer in time, or nobody there', async () => {
  expect(await tryProbe({ ...get('/slow'), timeoutSeconds: 0.05 }, port)).toContain('deadline exceeded');
  expect(await tryProbe(get(), await freePort())).toContain('ECONNREFUSED');
});

test('the verdict changes only after as many tries as were asked for', async () => {
  const verdicts: boolean[] = [];
  const triesAt: number[] = [];
  let tries = 0;
  server.on('request', () => (tries += 1));
  code = 500;
  const prober = new Prober(
    { ...get(), failureThreshold: 3 },
    () => port,
    (well) => {
      verdicts.push(well);
      triesAt.push(tries);
    },
  );
  await expect.poll(() => verdicts).toEqual([false]);
  expect(triesAt).toEqual([3]);
  code = 200;
  await expect.poll(() => verdicts).toEqual([false, true]);
  prober.stop();
});

test('a port that the container does not have is said', async () => {
  const messages: string[] = [];
  const prober = new Prober(
    { ...get(), failureThreshold: 1 },
    () => undefined,
    (_, why) => messages.push(why),
  );
  await expect.poll(() => messages).toEqual(['the probed port is not a port of the container']);
  prober.stop();
});
