import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeCa, makeCertificate } from '#libs/pki';
import { Upstream } from './upstream.js';

const dir = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function write(): Promise<string> {
  const ca = await makeCa({ cn: 'ca' });
  const admin = await makeCertificate(ca, { cn: 'admin', usages: ['client'] });
  const data = (pem: string) => Buffer.from(pem).toString('base64');
  const file = join(dir, 'config');
  const cluster = { server: 'https://127.0.0.1:1', 'certificate-authority-data': data(ca.cert) };
  const user = { 'client-certificate-data': data(admin.cert), 'client-key-data': data(admin.key) };
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [
      { name: 'admin', user },
      { name: 'dev', user: { token: 'tok' } },
    ],
    contexts: [
      { name: 'admin', context: { cluster: 'c', user: 'admin' } },
      { name: 'dev', context: { cluster: 'c', user: 'dev', namespace: 'n' } },
    ],
    'current-context': 'admin',
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

it('keeps the client certificate out of the connections that users’ requests take', async () => {
  const file = await write();
  const admin = Upstream.fromKubeconfig(file);
  expect(admin.own.short).not.toBe(admin.shared.short);
  expect(admin.tls).not.toHaveProperty('cert');
  expect(admin.connectOptions()).not.toHaveProperty('cert');
  const dev = Upstream.fromKubeconfig(file, 'dev');
  expect(dev.own).toBe(dev.shared);
  expect([dev.credential(), dev.namespace]).toEqual(['tok', 'n']);
  await Promise.all([admin.close(), dev.close()]);
});

it('names the file and what is wrong with it', async () => {
  const file = await write();
  expect(() => Upstream.fromKubeconfig(join(dir, 'none'))).toThrow(/^kubeconfig .*none: the file does not exist$/);
  expect(() => Upstream.fromKubeconfig(file, 'prod')).toThrow('it has no context "prod"');
});

interface Parts {
  cluster?: object;
  user?: object;
  more?: object;
}

/** A kubeconfig of one context, as YAML. */
function save({ cluster, user, more }: Parts, after = ''): string {
  const file = join(dir, 'parts');
  const config = {
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
    ...more,
  };
  writeFileSync(file, `${JSON.stringify(config)}\n${after}`);
  return file;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const BAD_BLOCK = '-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n';

describe('one line that names the file and the field', () => {
  it.each<[string, Parts, string]>([
    ['a server without a scheme', { cluster: { server: '127.0.0.1:44033' } }, 'server "127.0.0.1:44033" is not a URL'],
    ['a host and port', { cluster: { server: 'localhost:44033' } }, 'server "localhost:44033" does not use https'],
    ['plain http', { cluster: { server: 'http://10.0.0.1' } }, 'server "http://10.0.0.1" does not use https'],
    ['no server', { cluster: { server: null } }, 'cluster "c": server: '],
    ['a proxy', { cluster: { 'proxy-url': 'http://proxy:3128' } }, 'cluster "c": proxy-url: proxies are not supported'],
    [
      'a CA file that does not exist',
      { cluster: { 'certificate-authority': 'no.crt' } },
      'certificate-authority: /.*/no.crt: the file does not exist',
    ],
    [
      'a CA without a certificate',
      { cluster: { 'certificate-authority-data': base64('hello') } },
      'certificate-authority-data: it contains no certificate',
    ],
    [
      'a CA that is not base64',
      { cluster: { 'certificate-authority-data': '%%%' } },
      'certificate-authority-data: it contains no certificate',
    ],
    [
      'a certificate that cannot be read',
      { cluster: { 'certificate-authority-data': base64(BAD_BLOCK + BAD_BLOCK) } },
      'certificate-authority-data: certificate 1 of 2 cannot be read',
    ],
    ['a certificate without a key', { user: { 'client-certificate-data': base64('x') } }, 'client-key.* is missing'],
    [
      'a client certificate that is none',
      { user: { 'client-certificate-data': base64('x'), 'client-key-data': base64('y') } },
      'client-certificate: it contains no certificate',
    ],
    [
      'a token file that does not exist',
      { user: { tokenFile: 'no' } },
      'user "u": tokenFile: /.*/no: the file does not',
    ],
    ['a password', { user: { username: 'me', password: 'p' } }, 'user "u": username: .* no passwords'],
    ['impersonation', { user: { as: 'me' } }, 'user "u": as: acting as another user is not supported'],
    ['a user that is missing', { more: { users: [] } }, 'it has no user "u"'],
    ['a cluster that is missing', { more: { clusters: null } }, 'it has no cluster "c"'],
    ['no context', { more: { 'current-context': '' } }, 'current-context is not set'],
    ['a list of the wrong kind', { more: { clusters: 'c' } }, 'clusters: '],
  ])('%s', (_name, parts, message) => {
    const file = save(parts);
    const load = () => Upstream.fromKubeconfig(file);
    expect(load).toThrow(new RegExp(`^kubeconfig ${file}: .*${message}`));
    expect(load).not.toThrow(/\n/);
  });

  it.each([
    ['', 'it is not a kubeconfig'],
    ['just text', 'it is not a kubeconfig'],
    ['a: [1', 'it is not YAML'],
    ['{"a": "b', 'it is not YAML'],
  ])('the text %j', (text, message) => {
    const file = join(dir, 'text');
    writeFileSync(file, text);
    const load = () => Upstream.fromKubeconfig(file);
    expect(load).toThrow(new RegExp(`^kubeconfig ${file}: ${message}`));
    expect(load).not.toThrow(/\n/);
  });
});

it.each<[string, object]>([
  [
    'a cluster without a server',
    { clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }, { name: 'd' }] },
  ],
  ['a user whose token file is missing', { users: [{ name: 'u' }, { name: 'v', user: { 'token-file': '/no' } }] }],
  ['entries that are empty', { users: [{ name: 'u' }, {}], contexts: [{}, { name: 'x', context: { cluster: 'c' } }] }],
])('does not mind %s beside the chosen context', async (_name, more) => {
  await Upstream.fromKubeconfig(save({ more })).close();
});

it('does not mind a document marker at the end', async () => {
  await Upstream.fromKubeconfig(save({}, '---\n')).close();
});

it.each(['tokenFile', 'token-file'])('reads %s, relative to the kubeconfig and without its newline', async (field) => {
  writeFileSync(join(dir, 'token'), 'of-the-file\n');
  const upstream = Upstream.fromKubeconfig(save({ user: { [field]: 'token', token: 'of-the-field' } }));
  expect(upstream.credential()).toBe('of-the-file');
  await upstream.close();
});
