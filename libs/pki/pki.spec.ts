import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCa, makeCertificate, type PemPair, type PkiError } from './index.js';

const code = (promise: Promise<unknown>) => promise.then(String, (e: PkiError) => e.code);

describe('pki', () => {
  let ca: PemPair;
  beforeAll(async () => {
    ca = await makeCa({ cn: 'test ca' });
  });

  it('makes an authority that may sign', () => {
    const cert = new X509Certificate(ca.cert);
    expect(cert.ca).toBe(true);
    expect(cert.subject).toBe('CN=test ca');
    expect(cert.verify(cert.publicKey)).toBe(true);
    expect(cert.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  });

  it('issues with names, addresses, user, groups and usages', async () => {
    const pair = await makeCertificate(ca, {
      cn: 'eve, O=system:masters',
      org: ['a', 'b'],
      dns: ['x.localhost', '*.y.localhost'],
      ips: ['127.0.0.1', '::1'],
      usages: ['client', 'server'],
      days: 2,
      now: new Date('2030-01-01T00:00:00Z'),
    });
    const cert = new X509Certificate(pair.cert);
    expect(cert.ca).toBe(false);
    expect(cert.verify(new X509Certificate(ca.cert).publicKey)).toBe(true);
    expect(cert.checkIssued(new X509Certificate(ca.cert))).toBe(true);
    expect(cert.subject.split('\n')).toEqual(['O=a', 'O=b', 'CN=eve\\, O=system:masters']);
    expect(cert.subjectAltName).toBe(
      'DNS:x.localhost, DNS:*.y.localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']);
    expect(new Date(cert.validTo)).toEqual(new Date('2030-01-03T00:00:00Z'));
  });

  it('never repeats a serial number', async () => {
    const serials = await Promise.all(
      [1, 2, 3].map(async () => new X509Certificate((await makeCertificate(ca, { cn: 'x' })).cert).serialNumber),
    );
    expect(new Set(serials).size).toBe(3);
  });

  it('serves a mutual TLS connection', async () => {
    const server = await makeCertificate(ca, { cn: 'server', dns: ['gateway.localhost'] });
    const client = await makeCertificate(ca, { cn: 'admin', org: 'system:masters', usages: ['client'] });
    const peer: string[] = [];
    const listener = createServer({ ...server, ca: ca.cert, requestCert: true }, (socket: TLSSocket) => {
      const { O, CN } = socket.getPeerCertificate().subject;
      peer.push(`${String(O)}/${String(CN)}`);
      socket.end();
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port, servername: 'gateway.localhost', ca: ca.cert, ...client });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.resume();
    await once(socket, 'close');
    expect(peer).toEqual(['system:masters/admin']);
    listener.close();
    await once(listener, 'close');
  });

  it.each([
    ['bad-name', { cn: '' }],
    ['bad-name', { cn: 'x', dns: ['a b'] }],
    ['bad-address', { cn: 'x', ips: ['300.1.1.1'] }],
    ['bad-days', { cn: 'x', days: 0 }],
    ['bad-days', { cn: 'x', days: Number.NaN }],
  ] as const)('refuses with %s: %j', async (expected, request) => {
    expect(await code(makeCertificate(ca, request))).toBe(expected);
  });

  it('refuses an authority that cannot be read', async () => {
    expect(await code(makeCertificate({ ...ca, key: 'nothing' }, { cn: 'x' }))).toBe('bad-ca');
    expect(await code(makeCertificate({ ...ca, cert: 'nothing' }, { cn: 'x' }))).toBe('bad-ca');
    expect(await code(makeCa({ cn: '' }))).toBe('bad-name');
  });
});
