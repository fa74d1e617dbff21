import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { call } from '../testing/clients.js';
import { useGateway } from '../testing/use-gateway.js';
import { Files } from './files.js';

const { gateway } = useGateway();

it('finds files however the folder is written, and through links', () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  try {
    writeFileSync(join(folder, 'index.html'), 'a page');
    symlinkSync('index.html', join(folder, 'linked.html'));
    const forms = [folder, `${folder}/`, `${folder}/../${folder.split('/').at(-1) ?? ''}`, relative('.', folder)];
    for (const form of forms) expect(() => new Files(form, ['index.html', 'linked.html'])).not.toThrow();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it.each([
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0, gzip;q=0', undefined],
  ['identity', undefined],
])('sends assets as the build compressed them, to be kept forever: %s', async (accepted, encoding) => {
  const { headers } = await call(gateway.port, '/assets/ours.js', { headers: { 'accept-encoding': accepted } });
  expect(headers['content-encoding']).toBe(encoding);
  expect(headers).toMatchObject({ vary: 'Accept-Encoding', 'content-type': 'text/javascript; charset=utf-8' });
  expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
});

it('gives each encoding a tag of its own, by its content', async () => {
  const tagOf = async (accepted: string): Promise<string> => {
    const { headers } = await call(gateway.port, '/assets/ours.js', { headers: { 'accept-encoding': accepted } });
    return String(headers['etag']);
  };
  const tags = await Promise.all(['br', 'gzip', 'identity'].map(tagOf));
  expect(new Set(tags).size).toBe(3);
  const [tag = ''] = tags;
  const unchanged = { 'accept-encoding': 'br', 'if-none-match': tag };
  expect((await call(gateway.port, '/assets/ours.js', { headers: unchanged })).status).toBe(304);
  const other = { 'accept-encoding': 'gzip', 'if-none-match': tag };
  expect((await call(gateway.port, '/assets/ours.js', { headers: other })).status).toBe(200);
  const page = await call(gateway.port, '/login', {});
  expect(page.headers).toMatchObject({
    'cache-control': 'no-cache',
    etag: expect.stringMatching(/^"[\w-]{22}"$/) as string,
  });
});

it('is not asked for its compressed files by their names', async () => {
  expect((await call(gateway.port, '/assets/ours.js.br')).status).toBe(404);
});

it.each([
  ['/login', undefined],
  ['/l', undefined],
  ['/console/ns/demo', ['/session', '/grant?namespace=ns&vm=demo&kind=vnc']],
  ['/console/ns/demo/serial', ['/session', '/grant?namespace=ns&vm=demo&kind=serial']],
  ['/vms?namespace=other', ['/session', '/namespaces', '/namespaces/other/vms']],
  ['/links?namespace=other', ['/session', '/namespaces', '/namespaces/other/gatetokens']],
  // Which namespace is the gateway's own is for those who are signed in.
  ['/vms', ['/session', '/namespaces']],
  ['/vms/demo?namespace=a>;b', ['/session', '/namespaces']],
  ['/?namespace=a&namespace=b', ['/session', '/namespaces']],
])('%s says what its scripts will ask: %j', async (path, asked) => {
  const { link } = (await call(gateway.port, path)).headers;
  const preloaded = asked?.map((one) => `</api/v1${one}>; rel=preload; as=fetch; crossorigin`);
  expect(link).toBe(preloaded?.join(', '));
});
