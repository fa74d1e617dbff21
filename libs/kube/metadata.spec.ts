import { type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KubeClient } from './client.js';
import { Informer } from './informer.js';
import { types } from './resources.js';
import { json, TestServer } from './testing/server.js';
import { type KubeObject } from './types.js';

const ONE = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';
const LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

const metadata = (name: string, resourceVersion: string) => ({ name, resourceVersion, uid: name });
type Made = (name: string, resourceVersion: string) => object;
const partial: Made = (name, version) => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: metadata(name, version),
});
/** Of a server that ignores Accept. */
const whole: Made = (name, version) => ({
  metadata: metadata(name, version),
  type: 'Opaque',
  data: { key: 'c2VjcmV0' },
});

let server: TestServer;
let informer: Informer<KubeObject> | undefined;
afterEach(async () => {
  await informer?.stop();
  await server?.close();
});

async function serve(answer: (res: ServerResponse, url: URL) => void): Promise<KubeClient> {
  server = await TestServer.start((req, res) => answer(res, new URL(req.url ?? '', 'http://x')));
  return new KubeClient(server.upstream);
}

const accepts = () => server.requests.map(({ headers }) => headers.accept);

describe.each([
  ['of a server that has them', partial],
  ['of a server that sends whole objects', whole],
])('metadata alone, %s', (_name, made) => {
  it('are all that a get and a list give', async () => {
    const client = await serve((res, { pathname }) =>
      json(
        res,
        pathname.endsWith('/a') ? made('a', '1') : { metadata: { resourceVersion: '5' }, items: [made('a', '1')] },
      ),
    );
    const a = { metadata: metadata('a', '1') };
    expect(await client.get(types.secrets, 'a', 'n', { metadataOnly: true })).toEqual(a);
    expect(await client.list(types.secrets, 'n', { metadataOnly: true })).toEqual({
      metadata: { resourceVersion: '5' },
      items: [a],
    });
    expect(accepts()).toEqual([ONE, LIST]);
  });

  it('are all that an informer keeps: of pages, of events, after a bookmark and after 410', async () => {
    const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
    const pages = [
      { metadata: { resourceVersion: '5', continue: 'more' }, items: [made('a', '1')] },
      { metadata: { resourceVersion: '5' }, items: [made('b', '2')] },
      { metadata: { resourceVersion: '20' }, items: [made('c', '19')] },
    ];
    const watches = [
      // Cut after the bookmark: the next watch goes on from there.
      event('MODIFIED', made('a', '6')) + event('BOOKMARK', made('', '9')),
      event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }),
      event('ADDED', made('d', '21')) + event('DELETED', made('c', '22')),
    ];
    const client = await serve((res, url) => {
      if (url.searchParams.get('watch') === null) return json(res, pages.shift());
      res.writeHead(200).write(watches.shift() ?? '\n');
      if (watches.length > 0) setImmediate(() => res.destroy());
    });
    const seen: KubeObject[] = [];
    informer = new Informer(client, types.secrets, { metadataOnly: true, backoff: { baseMs: 5, maxMs: 50 } });
    informer.on('put', (object, old) => seen.push(object, ...(old ? [old] : [])));
    informer.on('delete', (object) => seen.push(object));
    informer.start();
    await vi.waitFor(() => expect(informer?.list()).toEqual([{ metadata: metadata('d', '21') }]));
    const versions = seen.map((object) => `${object.metadata.name} ${object.metadata.resourceVersion}`);
    expect(versions).toEqual(['a 1', 'b 2', 'a 6', 'a 1', 'a 6', 'b 2', 'c 19', 'd 21', 'c 22']);
    for (const object of seen) expect(Object.keys(object)).toEqual(['metadata']);
    const sent = server.requests.map(({ url }) => url.searchParams.get('resourceVersion') ?? 'list');
    expect(sent).toEqual(['list', 'list', '5', '9', 'list', '20']);
    expect(accepts()).toEqual([LIST, LIST, ONE, ONE, LIST, ONE]);
  });
});
