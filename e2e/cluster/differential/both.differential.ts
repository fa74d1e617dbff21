import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer } from '../../support/api-server.js';
import { type Backend, startBackend } from './backend.js';
import { Client } from './client.js';
import { compare, tell } from './compare.js';
import { KnownDifferences } from './differences.js';
import { normalise } from './normalise.js';
import { startEmbedded, startReal } from './servers.js';
import { readThemes, type Step } from './steps.js';
import { valueAt, Variables } from './values.js';

const themes = readThemes();
const known = new KnownDifferences();
let servers: ApiServer[] = [];
let backend: Backend | undefined;
let clients: Client[] = [];

beforeAll(async () => {
  const started = await Promise.allSettled([startEmbedded(), startReal()]);
  servers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  for (const result of started) if (result.status === 'rejected') throw result.reason;
  backend = await startBackend(servers.map(({ frontProxyCa }) => frontProxyCa));
  const shared = { backendPort: backend.port, caBundle: backend.caBundle };
  clients = servers.map(({ url, ca }) => new Client(url, ca, new Variables(shared)));
});

afterAll(async () => {
  for (const client of clients) client.close();
  await Promise.all([...servers.map((server) => server.stop()), backend?.stop()]);
});

/** Does a step on one server. Answers what is compared. */
async function take(client: Client, step: Step): Promise<unknown> {
  if ('events' in step) return normalise({ events: await client.events(step.events, step.count) }, client.variables);
  if ('watch' in step) return normalise(await client.open(step), client.variables);
  if ('upgrade' in step) return normalise(await client.upgrade(step), client.variables);
  const { code, headers, body } = await client.send(step);
  const picked = step.pick ? Object.fromEntries(step.pick.map((path) => [path, valueAt(body, path)])) : body;
  return normalise({ code, headers, body: picked }, client.variables);
}

for (const { name, steps } of themes) {
  describe(name, () => {
    for (const step of steps) {
      it(step.step, async () => {
        const [embedded, real] = await Promise.all(clients.map((client) => take(client, step)));
        const left = known.unexpected(`${name}: ${step.step}`, compare(embedded, real));
        if (left.length > 0) throw new Error(`${name}: ${step.step}\n  ${left.map(tell).join('\n  ')}\n`);
      });
    }
  });
}

it('lists no difference that has gone', () => {
  expect(known.unmet()).toEqual([]);
});
