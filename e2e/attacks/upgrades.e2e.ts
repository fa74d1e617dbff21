import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { types } from '#libs/kube';
import { adminClient, createToken, readyToken, revokeToken } from '../support/admin.js';
import { cluster } from '../support/cluster.js';
import { ConsoleSocket, Refused } from '../support/console-socket.js';
import { kubectl } from '../support/kubectl.js';
import { Streams, streamPath } from '../support/streams.js';
import { until } from '../support/until.js';

const admin = adminClient();
let streams: Streams;

beforeAll(async () => {
  streams = await Streams.start();
});
afterAll(async () => {
  await streams?.stop();
  await kubectl(['delete', 'gatetokens', '--all']);
});

/** Opens the stream with a new GateToken. @returns the client's side, which the far side has answered */
async function open(name: string, spec: { urls?: string[]; duration?: string } = {}): Promise<ConsoleSocket> {
  await createToken(admin, name, { urls: [streamPath()], ...spec });
  const authorization = `Bearer ${await readyToken(admin, name)}`;
  const client = await ConsoleSocket.open(`/k8s${streamPath()}`, { authorization }, []);
  client.send('hello');
  await until('the far side answers', () => client.text() === 'hello');
  expect(streams.open).toBe(1);
  return client;
}

describe('row 18: an exec that a grant names', () => {
  it.each<[string, string, (name: string) => Promise<unknown>]>([
    ['is revoked', '10m', (name) => revokeToken(admin, name)],
    ['is deleted', '10m', (name) => admin.delete(types.gateTokens, name, cluster().namespace)],
    ['expires', '6s', () => Promise.resolve()],
  ])('ends on the cluster’s side, too, when the grant %s', async (what, duration, end) => {
    const name = `exec-${what.replace(/\W/g, '-')}`;
    const client = await open(name, { duration });
    await end(name);
    await client.closed;
    await until('nothing is left on the cluster’s side', () => streams.open === 0);
  });

  it('ends on the cluster’s side when its client is gone', async () => {
    await (await open('exec-left')).close();
    await until('nothing is left on the cluster’s side', () => streams.open === 0);
  });

  it('is not opened by a grant that does not name it exactly', async () => {
    const refused = open('exec-wildcard', { urls: [streamPath().replace(/exec$/, '*')] });
    await expect(refused).rejects.toEqual(new Refused(403));
    expect(streams.open).toBe(0);
  });
});
