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
      'certificate-authority-data: it is not base64',
    ],
    [
      'a CA as PEM text where base64 belongs',
      { cluster: { 'certificate-authority-data': BAD_BLOCK } },
      'certificate-authority-data: it is not base64',
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
      'a client certificate that is not base64',
      { user: { 'client-certificate-data': BAD_BLOCK, 'client-key-data': base64('y') } },
      'client-certificate-data: it is not base64',
    ],
    [
      'a token file that does not exist',
      { user: { tokenFile: 'no' } },
      'user "u": tokenFile: /.*/no: the file does not',
    ],
    ['a password', { user: { username: 'me', password: 'p' } }, 'user "u": username: .* no passwords'],
    ['a password alone', { user: { password: 'p' } }, 'user "u": password: .* no passwords'],
    ['impersonation', { user: { as: 'me' } }, 'user "u": as: acting as another user is not supported'],
    ['a group to act as', { user: { token: 't', 'as-groups': ['g'] } }, 'user "u": as-groups: acting as another'],
    ['a UID to act as', { user: { token: 't', 'as-uid': '1' } }, 'user "u": as-uid: acting as another'],
    ['what to act with', { user: { token: 't', 'as-user-extra': { a: [] } } }, 'user "u": as-user-extra: acting as'],
    ['a provider that is gone', { user: { 'auth-provider': { name: 'gcp' } } }, 'auth-provider.name: only oidc'],
    ['a token that is a number', { user: { token: 12 } }, 'user "u": token: must be text: write it in quotes'],
    ['a token with a space', { user: { token: 'Bearer t' } }, 'user "u": token: it contains a space'],
    ['a token in two lines', { user: { token: 'to\nken' } }, 'user "u": token: it contains a space, a line break'],
    ['a token with an accent', { user: { token: 'töken' } }, 'user "u": token: .* outside ASCII'],
    [
      'no check of the server beside a CA',
      { cluster: { 'insecure-skip-tls-verify': true, 'certificate-authority': 'ca.crt' } },
      'cluster "c": insecure-skip-tls-verify: contradicts certificate-authority',
    ],
    [
      'a flag in quotes',
      { cluster: { 'insecure-skip-tls-verify': 'true' } },
      'cluster "c": insecure-skip-tls-verify: must be true or false',
    ],
    ['an empty server', { cluster: { server: '' } }, 'cluster "c": server: is missing'],
    ['a user that is missing', { more: { users: [] } }, 'it has no user "u"'],
    ['a cluster that is missing', { more: { clusters: null } }, 'it has no cluster "c"'],
    ['no context', { more: { 'current-context': '' } }, 'current-context is not set'],
    ['a list of the wrong kind', { more: { clusters: 'c' } }, 'clusters: must be a list'],
  ])('%s', (_name, parts, message) => {
    const file = save(parts);
    const load = () => Upstream.fromKubeconfig(file);
    expect(load).toThrow(new RegExp(`^kubeconfig ${file}: .*${message}`));
    expect(load).not.toThrow(/\n/);
  });

  it.each([
    ['', 'it is not a kubeconfig'],
    ['just text', 'it is not a kubeconfig'],
    ['[1]', 'it is not a kubeconfig'],
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

const server = 'https://127.0.0.1:1';

it.each<[string, object]>([
  [
    'a cluster without a server',
    { clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }, { name: 'd' }] },
  ],
  ['a user whose token file is missing', { users: [{ name: 'u' }, { name: 'v', user: { 'token-file': '/no' } }] }],
  ['entries of another kind', { users: [null, 'v', { name: 'u' }], clusters: [7, { name: 'c', cluster: { server } }] }],
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

it('runs no credential plugin beside a token, a token file or a client certificate, as kubectl does', async () => {
  const ca = await makeCa({ cn: 'ca' });
  const { cert, key } = await makeCertificate(ca, { cn: 'dev', usages: ['client'] });
  writeFileSync(join(dir, 'token'), 'given');
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './no-such-plugin' };
  for (const [other, credential] of [
    [{ token: 'given' }, 'given'],
    [{ tokenFile: 'token' }, 'given'],
    [{ 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }, undefined],
  ] as const) {
    const upstream = Upstream.fromKubeconfig(save({ user: { exec, ...other } }));
    expect(await upstream.credential()).toBe(credential);
    expect(upstream.own === upstream.shared).toBe(credential !== undefined);
    await upstream.close();
  }
});

it('names the client key that is not one, or another certificate’s', async () => {
  const ca = await makeCa({ cn: 'ca' });
  const [one, other] = await Promise.all(['one', 'other'].map((cn) => makeCertificate(ca, { cn, usages: ['client'] })));
  const load = (key: string) => () =>
    Upstream.fromKubeconfig(
      save({ user: { 'client-certificate-data': base64(one?.cert ?? ''), 'client-key-data': base64(key) } }),
    );
  expect(load('no key')).toThrow(/: client-key: it cannot be read\. Use a private key in PEM/);
  expect(load(other?.key ?? '')).toThrow(/: client-certificate and client-key: they do not belong together$/);
});

it('reads merge keys, and names that are numbers', async () => {
  const file = join(dir, 'yaml');
  const text = `
shared: &shared { server: 'https://127.0.0.1:1' }
clusters: [{ name: c, cluster: { <<: *shared, tls-server-name: n } }]
users: [{ name: 12, user: { token: t } }]
contexts: [{ name: 7, context: { cluster: c, user: '12' } }]
`;
  writeFileSync(file, text);
  const upstream = Upstream.fromKubeconfig(file, '7');
  expect([upstream.server.href, upstream.tls.servername, upstream.credential()]).toEqual([
    'https://127.0.0.1:1/',
    'n',
    't',
  ]);
  await upstream.close();
});

it('refuses a list of files', () => {
  const file = save({});
  expect(() => Upstream.fromKubeconfig(`${file}:${file}`)).toThrow(
    /: lists of files are not supported\. Name one file/,
  );
});
