import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HookServer } from '../admission/webhooks/fixture.js';
import { at } from '../fields.js';
import { configMap, MAPS, TestServer } from '../server.fixture.js';

const LABELS = { labels: { hook: 'yes' } };

describe('a deletion that a webhook thinks about', () => {
  let server: TestServer;
  let hooks: HookServer;

  beforeAll(async () => {
    [server, hooks] = await Promise.all([TestServer.start(), HookServer.start()]);
    await server.post('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
      metadata: { name: 'one' },
      webhooks: [hooks.hook('/one')],
    });
  });
  afterAll(async () => {
    await server.stop();
    await hooks.stop();
  });
  beforeEach(() => meanwhile(async () => undefined));

  /** While the webhook thinks about the first deletion of `name`, something else happens. */
  function meanwhile(deed: () => Promise<unknown>, name = 'a'): void {
    let done = false;
    hooks.answer('/one', async ({ operation, oldObject }) => {
      if (!done && operation === 'DELETE' && at(oldObject, 'metadata', 'name') === name) {
        done = true;
        await deed();
      }
      return {};
    });
  }

  it('minds its preconditions afterwards too', async () => {
    const made = await server.post(MAPS, configMap('a', {}, LABELS));
    const { uid, resourceVersion } = made.metadata;
    meanwhile(() => server.patch(`${MAPS}/a`, { data: { k: 'v' } }));
    expect((await server.delete(`${MAPS}/a`, { preconditions: { resourceVersion } })).code).toBe(409);
    meanwhile(async () => {
      await server.delete(`${MAPS}/a`);
      await server.post(MAPS, configMap('a', {}, LABELS));
    });
    expect((await server.delete(`${MAPS}/a`, { preconditions: { uid } })).code).toBe(409);
    expect((await server.get(`${MAPS}/a`)).metadata.name).toBe('a');
  });

  it('is judged again where the object changed', async () => {
    await server.post(MAPS, configMap('b', {}, LABELS));
    meanwhile(() => server.patch(`${MAPS}/b`, { data: { k: 'v' } }), 'b');
    hooks.take();
    expect((await server.delete(`${MAPS}/b`)).status).toBe('Success');
    const judged = hooks.take().filter(({ request }) => request.operation === 'DELETE');
    expect(judged.map(({ request }) => request.oldObject?.['data'])).toEqual([undefined, { k: 'v' }]);
  });

  it('goes on with a collection of which one has gone', async () => {
    for (const name of ['a', 'b', 'c']) await server.post(MAPS, configMap(name, {}, LABELS));
    meanwhile(() => server.delete(`${MAPS}/a`));
    const answer = await server.delete(`${MAPS}?labelSelector=hook`);
    expect(answer.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect((await server.get(`${MAPS}?labelSelector=hook`)).items).toEqual([]);
  });
});
