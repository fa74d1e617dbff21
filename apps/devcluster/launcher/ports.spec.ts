import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPort, listenError } from './ports.js';
import { UserError } from './user-error.js';

const server = createServer();
let port: number;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => server.close());

const taken = (): UserError =>
  new UserError(
    `Port ${port} is in use. Stop the program that listens on it, or choose another port with --https-port PORT.`,
  );

test('a port that is taken is said in one line', async () => {
  await expect(checkPort(port, '--https-port')).rejects.toThrow(taken());
});

test('one that was taken after it was checked is said in the same line', async () => {
  const [error] = (await once(createServer().listen(port, '127.0.0.1'), 'error')) as [Error];
  expect(listenError(error, new Map([[port, '--https-port']]))).toEqual(taken());
  expect(listenError(error, new Map([[port + 1, '--port']]))).toBe(error);
  expect(listenError('odd', new Map())).toBe('odd');
});
