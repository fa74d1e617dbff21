import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMap, MAPS, TestServer, type WatchEvent } from '../server.fixture.js';

const brief = (event: WatchEvent | undefined): string => `${event?.type} ${event?.object.metadata?.name}`;

describe('watch', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.post('/api/v1/namespaces', { metadata: { name: 'w' } });
  });

  afterAll(() => server.stop());

  const maps = '/api/v1/namespaces/w/configmaps';

  it('tells what happens from a version on, in one namespace', async () => {
    const { metadata } = await server.get(maps);
    await server.post(MAPS, configMap('elsewhere'));
    await server.post(maps, configMap('a'));
    const watch = await server.watch(`${maps}?watch=true&resourceVersion=${metadata.resourceVersion}`);
    expect(brief(await watch.next())).toBe('ADDED a');
    await server.patch(`${maps}/a`, { data: { x: '1' } });
    await server.delete(`${maps}/a`);
    expect(brief(await watch.next())).toBe('MODIFIED a');
    const deleted = await watch.next();
    expect(brief(deleted)).toBe('DELETED a');
    expect(deleted?.object['data']).toEqual({ x: '1' });
    watch.end();
  });

  it('tells who comes into a selection and who leaves it', async () => {
    const watch = await server.watch(`${maps}?watch=true&labelSelector=on%3Dyes&resourceVersion=`);
    await server.post(maps, configMap('s', { v: '1' }));
    await server.patch(`${maps}/s`, { metadata: { labels: { on: 'yes' } } });
    await server.patch(`${maps}/s`, { data: { v: '2' } });
    await server.patch(`${maps}/s`, { metadata: { labels: { on: 'no' } }, data: { v: '3' } });
    await server.delete(`${maps}/s`);
    await server.post(maps, configMap('t', {}, { labels: { on: 'yes' } }));
    expect(brief(await watch.next())).toBe('ADDED s');
    expect(brief(await watch.next())).toBe('MODIFIED s');
    const left = await watch.next();
    expect(brief(left)).toBe('DELETED s');
    expect(left?.object['data']).toEqual({ v: '2' });
    expect(brief(await watch.next())).toBe('ADDED t');
    watch.end();
    await server.delete(maps);
  });

  it('streams a list: all that is there, then a bookmark', async () => {
    await server.post(maps, configMap('one'));
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await server.watch(`${maps}?${query}`);
    expect(brief(await watch.next())).toBe('ADDED one');
    const bookmark = await watch.next();
    expect(bookmark?.type).toBe('BOOKMARK');
    expect(bookmark?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    await server.delete(`${maps}/one`);
    expect(brief(await watch.next())).toBe('DELETED one');
    watch.end();
  });

  it('ends when its time is over', async () => {
    const watch = await server.watch(`${maps}?watch=true&timeoutSeconds=1&resourceVersion=0`);
    expect(await watch.next()).toBeUndefined();
  });

  it('says that a version is too old, too new or none', async () => {
    let last = await server.post(maps, configMap('busy'));
    for (let round = 0; round < 20; round += 1) last = await server.patch(`${maps}/busy`, { data: { n: `${round}` } });
    const later = `resourceVersion=${Number(last.metadata.resourceVersion) + 9}`;
    const initial = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    const future = await server.get(`${maps}?watch=true&${initial}&${later}`);
    expect(future).toMatchObject({ code: 504, reason: 'Timeout' });
    expect(await server.get(`${maps}?watch=true&resourceVersion=abc`)).toMatchObject({ code: 400 });
  });

  it('is cut within a second when the server stops', async () => {
    const watch = await server.watch(`${maps}?watch=true`);
    await watch.next();
    const begun = performance.now();
    await server.close();
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(await watch.next()).toBeUndefined();
    await server.open();
  });
});
