import { type ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KubeClient } from './client.js';
import { KubeError } from './errors.js';
import { Informer } from './informer.js';
import { types } from './resources.js';
import { json, TestServer } from './testing/server.js';

const pod = (name: string, resourceVersion: string, uid = name) => ({ metadata: { name, resourceVersion, uid } });
const list = (version: string, ...items: unknown[]) => ({ metadata: { resourceVersion: version }, items });
const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

type Answer = (res: ServerResponse, url: URL) => void;

describe('Informer', () => {
  let server: TestServer;
  let informer: Informer<{ metadata: { name: string; resourceVersion: string; uid: string } }>;
  const log: string[] = [];
  const errors: unknown[] = [];

  /** Lists and watches are answered in turn; the last answer of each is repeated. */
  async function start(lists: Answer[], watches: Answer[], renewMs = 30_000) {
    log.length = errors.length = 0;
    server = await TestServer.start((req, res) => {
      const url = new URL(req.url ?? '', 'http://x');
      const answers = url.searchParams.has('watch') ? watches : lists;
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(res, url);
    });
    informer = new Informer(new KubeClient(server.upstream), types.pods, {
      renewMs,
      backoff: { baseMs: 5, maxMs: 50 },
      onError: (error) => errors.push(error),
    });
    informer.on('put', (obj, old) => log.push(`${old ? 'changed' : 'new'} ${obj.metadata.name}`));
    informer.on('delete', (obj) => log.push(`gone ${obj.metadata.name} ${obj.metadata.uid}`));
    informer.on('reset', () => log.push('reset'));
    informer.start();
  }

  const watchesSent = () => server.requests.filter(({ url }) => url.searchParams.has('watch'));
  const listsSent = () => server.requests.length - watchesSent().length;
  const open: Answer = (res) => void res.writeHead(200).flushHeaders();

  afterEach(async () => {
    await informer?.stop();
    await server?.close();
  });

  it('lists, then follows the watch, split at any byte', async () => {
    const text = Buffer.from(
      event('ADDED', pod('ü', '6')) + event('MODIFIED', pod('a', '7')) + event('DELETED', pod('a', '8')),
    );
    await start(
      [(res) => json(res, list('5', pod('a', '4')))],
      [
        (res) => {
          for (const byte of text) res.write(Buffer.from([byte]));
        },
      ],
    );
    await informer.synced();
    await vi.waitFor(() => expect(log).toEqual(['new a', 'new ü', 'changed a', 'gone a a']));
    expect(watchesSent()[0]?.url.searchParams.get('resourceVersion')).toBe('5');
    expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(['ü']);
    expect(informer.lastContact).toBeGreaterThan(0);
  });

  it('lists at once after 410 and tells the differences', async () => {
    const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
    await start(
      [
        (res) => json(res, list('5', pod('a', '4'), pod('b', '4'))),
        (res) => json(res, list('9', pod('b', '4', 'other'))),
      ],
      [(res) => res.end(event('ERROR', gone)), open],
    );
    await vi.waitFor(() => expect(log.at(-1)).toBe('reset'));
    expect(log).toEqual(['new a', 'new b', 'gone a a', 'gone b b', 'new b', 'reset']);
    expect(errors[0]).toBeInstanceOf(KubeError);
    await vi.waitFor(() => expect(watchesSent().at(-1)?.url.searchParams.get('resourceVersion')).toBe('9'));
  });

  it('does not hammer a server that answers 410 forever', async () => {
    const times: number[] = [];
    await start(
      [(res) => (times.push(performance.now()), json(res, list('5')))],
      [(res) => res.end(event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'old' }))],
    );
    await vi.waitFor(() => expect(times.length).toBeGreaterThanOrEqual(5));
    expect(errors.length).toBeGreaterThanOrEqual(4);
    // Each wait is twice the one before, less a third at most, and of whole milliseconds.
    for (const [i, wait] of [5, 10, 20, 40].entries()) {
      expect((times[i + 1] ?? 0) - (times[i] ?? 0)).toBeGreaterThan((wait * 2) / 3 - 1);
    }
  });

  it('does not list at once again where a list is too old as soon as it is read', async () => {
    const gone = event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'old' });
    const begun = performance.now();
    await start(
      [(res) => json(res, list('5'))],
      [(res) => res.end(event('BOOKMARK', { metadata: { resourceVersion: '6' } }) + gone)],
    );
    await vi.waitFor(() => expect(listsSent()).toBeGreaterThanOrEqual(10));
    // A wait of 5 ms after each, less a third at most, and of whole milliseconds.
    expect(performance.now() - begun).toBeGreaterThan(3 * (listsSent() - 1) - 3);
  });

  it('waits as long as the API server asks', async () => {
    await start(
      [(res) => json(res, list('5'))],
      [(res) => void res.writeHead(429, { 'retry-after': '1' }).end(), open],
    );
    const begun = performance.now();
    await vi.waitFor(() => expect(watchesSent()).toHaveLength(2), { timeout: 5000 });
    expect(performance.now() - begun).toBeGreaterThan(900);
    expect(listsSent()).toBe(1);
  });

  it('does not take an answer that is not a list for an empty list', async () => {
    const gone = event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'old' });
    await start(
      [
        (res) => json(res, list('5', pod('a', '4'))),
        (res) => json(res, {}),
        (res) => json(res, list('9', pod('a', '4'), pod('b', '8'))),
      ],
      [(res) => res.end(gone), open],
    );
    await vi.waitFor(() => expect(log).toEqual(['new a', 'new b', 'reset']));
    expect(errors.map((error) => (error as Error).name)).toEqual(['KubeError', 'GarbageError']);
  });

  it.each([
    null,
    [],
    'x',
    { metadata: { resourceVersion: '7' }, items: { a: 1 } },
    list('7', {}),
    list('7', null, 'x'),
  ])('asks again when a list is %j', async (garbage) => {
    await start([(res) => json(res, garbage), (res) => json(res, list('9', pod('b', '8')))], [open]);
    await vi.waitFor(() => expect(log).toEqual(['new b']));
    expect(errors.map(String)).toEqual(['GarbageError: list of pods: the answer is not a list']);
  });

  it('cuts a watch whose line has no end', async () => {
    const piece = 'x'.repeat(1024 * 1024);
    const endless: Answer = (res) => {
      const more = () => void (res.destroyed || res.write(piece, () => setImmediate(more)));
      more();
    };
    await start([(res) => json(res, list('5')), (res) => json(res, list('9', pod('b', '8')))], [endless, open]);
    await vi.waitFor(() => expect(log).toContain('new b'), 5000);
    expect(errors.map(String)).toEqual(['GarbageError: watch: a line has no end']);
  });

  it('goes on from its place after a cut connection and a bookmark', async () => {
    await start(
      [(res) => json(res, list('5'))],
      [
        (res) => {
          res.write(event('BOOKMARK', { metadata: { resourceVersion: '77' } }));
          setImmediate(() => res.socket?.destroy());
        },
        open,
      ],
    );
    await vi.waitFor(() => expect(watchesSent().at(-1)?.url.searchParams.get('resourceVersion')).toBe('77'));
    expect(listsSent()).toBe(1);
  });

  it.each<[string, Answer]>([
    ['garbage', (res) => res.end('{"type":')],
    ['an event without an object', (res) => res.end('{"type":"ADDED"}\n')],
  ])('lists again after %s', async (_name, bad) => {
    await start([(res) => json(res, list('5'))], [bad, open]);
    await vi.waitFor(() => expect(listsSent()).toBe(2));
    expect(errors).toHaveLength(1);
  });

  it('outlasts 500, 403, 429 and refused lists', async () => {
    await start(
      [
        (res) => json(res, {}, 500),
        (res) => json(res, {}, 403),
        (res) => res.writeHead(429, { 'retry-after': '0' }).end(),
        (res) => res.socket?.destroy(),
        (res) => json(res, list('5', pod('a', '1'))),
      ],
      [open],
    );
    await informer.synced();
    expect(informer.get('a')).toBeDefined();
  });

  it('keeps its place when a watch is answered with 503', async () => {
    await start([(res) => json(res, list('5'))], [(res) => json(res, {}, 503), open]);
    await vi.waitFor(() => expect(watchesSent()).toHaveLength(2));
    expect(listsSent()).toBe(1);
  });

  it('renews a watch that the server ends, and asks for that end', async () => {
    await start([(res) => json(res, list('5'))], [(res) => res.writeHead(200).end(), open], 7_000);
    await vi.waitFor(() => expect(watchesSent()).toHaveLength(2));
    expect(watchesSent()[0]?.url.searchParams.get('timeoutSeconds')).toBe('7');
    expect(errors).toEqual([]);
  });

  it.each<[string, (text: string) => Buffer, string]>([
    ['gzip', gzipSync, 'gzip'],
    ['deflate', deflateSync, 'deflate'],
    ['br', brotliCompressSync, 'br'],
  ])(
    'reads lists and watches that are compressed with %s though it asks for neither',
    async (_name, pack, encoding) => {
      const send = (res: ServerResponse, text: string) =>
        res.writeHead(200, { 'content-encoding': encoding, 'content-type': 'application/json' }).write(pack(text));
      await start(
        [(res) => void (send(res, JSON.stringify(list('5', pod('a', '4')))), res.end())],
        [(res) => void send(res, event('ADDED', pod('b', '6')))],
      );
      await vi.waitFor(() => expect(log).toEqual(['new a', 'new b']));
      expect(errors).toEqual([]);
      expect(server.requests.map(({ headers }) => headers['accept-encoding'])).toEqual(['identity', 'identity']);
    },
  );

  it.each<[string, Answer]>([
    ['refused', (res) => json(res, {}, 403)],
    ['unreadable', (res) => res.end('\x1f\x8b\x08')],
    ['too old', (res) => res.end(event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'old' }))],
    ['over at once', (res) => void res.writeHead(200).end()],
    ['cut at once', (res) => void (res.writeHead(200).flushHeaders(), setImmediate(() => res.destroy()))],
  ])('is out of touch while every watch is %s, and back with the first event', async (_name, bad) => {
    let works = false;
    await start(
      [(res) => json(res, list('5'))],
      [(res, url) => (works ? void res.write(event('ADDED', pod('b', '6'))) : bad(res, url))],
    );
    await vi.waitFor(() => expect(watchesSent().length).toBeGreaterThanOrEqual(3));
    const { lastContact } = informer;
    await vi.waitFor(() => expect(watchesSent().length).toBeGreaterThanOrEqual(8));
    expect(informer.lastContact).toBe(lastContact);
    works = true;
    await vi.waitFor(() => expect(informer.get('b')).toBeDefined());
    expect(informer.lastContact).toBeGreaterThan(lastContact);
  });

  it('is in touch again as soon as a watch opens after an outage', async () => {
    const down: Answer = (res) => json(res, {}, 503);
    await start([(res) => json(res, list('5'))], [down, down, down, down, open]);
    await informer.synced();
    const { lastContact } = informer;
    await vi.waitFor(() => expect(informer.lastContact).toBeGreaterThan(lastContact));
    expect(watchesSent()).toHaveLength(5);
  });

  it('reports a handler that throws and goes on', async () => {
    await start(
      [(res) => json(res, list('5'))],
      [(res) => void res.write(event('ADDED', pod('a', '6')) + event('ADDED', pod('b', '7')))],
    );
    informer.on('put', () => {
      throw new Error('handler');
    });
    await vi.waitFor(() => expect(log).toEqual(['new a', 'new b']));
    expect(errors).toHaveLength(2);
  });

  it('stops while it waits for an answer', async () => {
    await start([(res) => json(res, list('5'))], [() => undefined]);
    await vi.waitFor(() => expect(watchesSent()).toHaveLength(1));
    await informer.stop();
    expect(errors).toEqual([]);
  });
});
