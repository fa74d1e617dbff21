import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type RequestOptions } from 'node:https';
import { createServer, type Server } from 'node:https';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';
import { readCertificates } from './certificates.js';
import { OwnClient } from './client.js';
import { NetworkError } from './errors.js';
import { kubeconfigOf } from './kubeconfig.js';
import { types } from './resources.js';
import { Upstream } from './upstream.js';

describe('certificates in a PEM text', () => {
  it('are all read, whatever stands between and within them', async () => {
    const [one, two] = [(await makeCa({ cn: 'one' })).cert, (await makeCa({ cn: 'two' })).cert];
    const blank = one.replace(/\n(?=.{10})/, '\n\n');
    const windows = two.replaceAll('\n', '\r\n');
    expect(readCertificates(`# first\n${blank}\nsubject=second\n${windows}`)).toBe(
      readCertificates(one) + readCertificates(two),
    );
  });

  it('are refused as a whole when one of them cannot be read', async () => {
    const { cert } = await makeCa({ cn: 'one' });
    const bad = '-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n';
    expect(() => readCertificates(cert + bad + cert)).toThrow('certificate 2 of 3 cannot be read');
    expect(() => readCertificates(cert + cert.slice(0, -40))).toThrow('certificate 2 of 2 has no end');
    expect(() => readCertificates('{}')).toThrow('it contains no certificate');
  });
});

describe('a CA in a file', () => {
  const servers: Server[] = [];
  let dir: string;
  let file: string;
  let cas: PemPair[];
  let upstream: Upstream;
  /** What the clock of the file's age is ahead. */
  let later = 0;

  /** Two servers that share a port one after the other: each shows a certificate of its CA. */
  async function serve(ca: PemPair, port = 0): Promise<number> {
    const { cert, key } = await makeCertificate(ca, { cn: 'server', ips: ['127.0.0.1'] });
    const server = createServer({ cert, key }, (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ metadata: { name: 'p' } }));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  const stop = async (): Promise<void> => {
    const server = servers.pop();
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  };

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'trust-'));
    file = join(dir, 'ca.crt');
    cas = [await makeCa({ cn: 'old' }), await makeCa({ cn: 'new' })];
    writeFileSync(file, cas[0]?.cert ?? '');
    const real = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => real() + later);
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    while (servers.length > 0) await stop();
    await upstream.close();
    rmSync(dir, { recursive: true });
  });

  const rest = () => new OwnClient(upstream).get(types.pods, 'p', 'n');
  /** As consoles and the forwarder connect. */
  const raw = (options: RequestOptions): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get(`${upstream.server.href}x`, options, (res) => resolve(res.resume().statusCode)).on('error', reject);
    });

  it('is read again when it has changed; new connections are checked against it', async () => {
    const port = await serve(cas[0] as PemPair);
    upstream = new Upstream(kubeconfigOf({ server: `https://127.0.0.1:${port}`, caFile: file }));
    const agent = upstream.agent({ keepAlive: true });
    await rest();
    expect(await raw({ agent })).toBe(200);
    await stop();
    await serve(cas[1] as PemPair, port);
    await expect(rest()).rejects.toBeInstanceOf(NetworkError);
    await expect(raw({ agent })).rejects.toThrow();
    writeFileSync(file, cas[1]?.cert ?? '');
    later += 10_000;
    await expect(rest()).resolves.toMatchObject({ metadata: { name: 'p' } });
    expect(await raw({ agent })).toBe(200);
    expect(await raw({ agent: false, ...upstream.connectOptions() })).toBe(200);
    // Both ways: what is no longer trusted is refused.
    await stop();
    await serve(cas[0] as PemPair, port);
    await expect(rest()).rejects.toBeInstanceOf(NetworkError);
    await expect(raw({ agent })).rejects.toThrow();
    agent.destroy();
  });

  it('stays in use while the file holds nothing that can be used', async () => {
    const port = await serve(cas[0] as PemPair);
    upstream = new Upstream(kubeconfigOf({ server: `https://127.0.0.1:${port}`, caFile: file }));
    for (const broken of ['', 'no certificate', (cas[1]?.cert ?? '').slice(0, 300)]) {
      writeFileSync(file, broken);
      later += 10_000;
      await expect(rest()).resolves.toMatchObject({ metadata: { name: 'p' } });
    }
    rmSync(file);
    later += 10_000;
    expect(upstream.tls.ca).toBe(readCertificates(cas[0]?.cert ?? ''));
  });
});
