import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { bodyInTime, cutUnread } from './slow-bodies.js';

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Sends a request and never the rest of its body. @returns what came back until the connection was cut */
async function slowly(listener: RequestListener, sent: string): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let received = '';
  socket.on('data', (data) => (received += data.toString())).on('error', () => undefined);
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n${sent}`);
  await once(socket, 'close');
  return received;
}

describe('row 21: a body that does not come', () => {
  it('is waited for so long', async () => {
    const read: RequestListener = (req, res) => bodyInTime(30)(req, res, () => void req.resume());
    expect(await slowly(read, 'a')).toBe('');
  });

  it('does not hold the connection once the request is answered', async () => {
    const refuse: RequestListener = (req, res) => {
      cutUnread(req, res, 30);
      res.writeHead(401).end();
    };
    expect(await slowly(refuse, 'a')).toMatch(/^HTTP\/1\.1 401/);
  });

  it('one that comes keeps its connection', async () => {
    const answer: RequestListener = (req, res) => {
      cutUnread(req, res, 1);
      // Node runs timers of the same length in their order: this one after that of bodyInTime.
      bodyInTime(1)(req, res, () => void req.resume().on('end', () => setTimeout(() => res.end('done'), 1)));
    };
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const reply = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: 'all of it' });
    expect(await reply.text()).toBe('done');
  });
});
