import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type INestApplication } from '@nestjs/common';
import { type NestApplicationContext } from '@nestjs/core';
import { type GateToken, type GateTokenSpec } from '#libs/api';
import { type Devices } from '#libs/kubevirt';
import { makeLogger } from '#libs/ops';
import { boundVm, vmUrls } from '#libs/policy';
import { approvalOf, type Claims, SecretKey, sign, type SigningKey, thumbprint, toJwks } from '#libs/token';
import { createGateway } from '../application.js';
import { readConfig } from '../config/config.js';
import { call, type Reply } from './clients.js';
import { FakeApi } from './fake-api.js';

export const SESSION_KEY = Buffer.alloc(32, 7).toString('base64');
export const VNC = '/k8s/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/demo/vnc';
export const SERIAL = VNC.replace(/vnc$/, 'console');

const APPROVAL_KEY = new SecretKey(Buffer.from(SESSION_KEY, 'base64'));

/** A cluster with a key ring and a running VM `demo`, as the operator and KubeVirt leave it. */
export class TestCluster {
  readonly api = new FakeApi();
  readonly key: SigningKey;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.key = { privateKey, publicKey, kid: thumbprint(publicKey) };
    this.api.objects.create('configmaps', {
      metadata: { name: 'gs-jwks' },
      data: { 'jwks.json': JSON.stringify(toJwks([publicKey])) },
    });
    this.startVm('demo');
  }

  static async start(): Promise<TestCluster> {
    const cluster = new TestCluster();
    await cluster.listen();
    return cluster;
  }

  listen(): Promise<void> {
    return this.api.listen();
  }

  /** @returns the UID of the VM */
  startVm(name: string, devices: Devices = {}, { instance = true } = {}): string {
    const domain = { devices };
    const vm = this.api.objects.create('virtualmachines', {
      metadata: { name },
      spec: { template: { spec: { domain } } },
      status: { printableStatus: 'Running' },
    });
    if (!instance) return vm.metadata.uid ?? '';
    this.api.objects.create('virtualmachineinstances', {
      metadata: { name },
      spec: { domain },
      status: { phase: 'Running' },
    });
    return vm.metadata.uid ?? '';
  }

  stopVm(name: string): void {
    this.api.objects.delete('virtualmachineinstances', name);
    this.api.objects.update('virtualmachines', name, (vm) => ({ ...vm, status: { printableStatus: 'Stopped' } }));
  }

  /** A GateToken as the operator leaves it: signed, unless it is for a link. */
  async grant(spec: Partial<GateTokenSpec> = {}, window: { nbf?: number; exp?: number } = {}): Promise<GateToken> {
    const now = Math.floor(Date.now() / 1000);
    const full: GateTokenSpec = { ...(spec.urls === undefined ? { vm: 'demo' } : {}), verbs: ['get'], ...spec };
    const [nbf, exp] = [window.nbf ?? now - 10, window.exp ?? now + 3600];
    const created = this.api.objects.create('gatetokens', { metadata: { generateName: 'gt-' }, spec: { ...full } });
    const { uid = '', name = '' } = created.metadata;
    const urls = full.urls ?? vmUrls('ns', full.vm ?? '');
    const claims = { exp, nbf, URLs: urls, verbs: full.verbs ?? ['get'], jti: uid, sub: `ns/${name}`, iss: 'http://x' };
    const token = full['link-hash'] === undefined ? await this.sign(claims) : undefined;
    const data = { nbf, exp, urls, verbs: full.verbs ?? ['get'], from: iso(nbf), until: iso(exp), duration: '1h' };
    const vmUid = this.api.objects.find('virtualmachines', full.vm ?? boundVm(urls)?.vm ?? '')?.metadata.uid;
    const status: GateToken['status'] = {
      phase: 'Ready',
      data,
      ...(token === undefined ? {} : { token }),
      ...(vmUid === undefined ? {} : { 'vm-uid': vmUid }),
    };
    return this.approve(name, status);
  }

  /** Gives a GateToken a status, and the operator's approval of both. */
  approve(name: string, status: GateToken['status']): GateToken {
    return this.api.objects.update('gatetokens', name, (old) => {
      const token = { ...(old as unknown as GateToken), status: { ...status } };
      return { ...old, status: { ...status, approval: approvalOf(APPROVAL_KEY, token) } };
    }) as unknown as GateToken;
  }

  /** What the operator makes of a token that it refuses: neither token nor data stay. */
  refuse(token: GateToken, reason: string): void {
    this.api.objects.update('gatetokens', token.metadata.name ?? '', (old) => {
      const { data: _data, token: _token, ...status } = old.status ?? {};
      const ready = { type: 'Ready', status: 'False', reason, message: 'No.', lastTransitionTime: iso(0) };
      return { ...old, status: { ...status, phase: 'Error', conditions: [ready] } };
    });
  }

  /** What the operator makes of a token when its GateServer stores none any more: it leaves the window. */
  takeBack(token: GateToken): void {
    this.api.objects.update('gatetokens', token.metadata.name ?? '', (old) => {
      const { token: _token, ...status } = old.status ?? {};
      return { ...old, status: { ...status, phase: 'Revoked' } };
    });
  }

  sign(claims: Claims, key = this.key): Promise<string> {
    return sign(claims, key);
  }

  revoke(token: GateToken): void {
    this.api.objects.update('gatetokens', token.metadata.name ?? '', (old) => ({
      ...old,
      spec: { ...old.spec, revoked: true },
    }));
  }

  close(): Promise<void> {
    return this.api.close();
  }
}

export interface TestGateway {
  readonly port: number;
  readonly server: Server;
  readonly app: INestApplication;
  /** Every line that was logged. */
  readonly log: string[];
  /** @param signal as if this signal had ended it */
  close(signal?: string): Promise<void>;
}

/** A real gateway in this process, on a free port, ready. */
export async function startGateway(cluster: TestCluster, env: Record<string, string> = {}): Promise<TestGateway> {
  const webRoot = mkdtempSync(join(tmpdir(), 'kg-web-'));
  for (const name of [
    'index.html',
    'vm.html',
    'links.html',
    'login.html',
    'landing.html',
    'screen.html',
    'serial.html',
  ])
    writeFileSync(join(webRoot, name), `<!doctype html><title>${name}</title>`);
  mkdirSync(join(webRoot, 'assets'));
  const asset = '/* an asset of the dashboard */'.repeat(100);
  writeFileSync(join(webRoot, 'assets', 'ours.js'), asset);
  writeFileSync(join(webRoot, 'assets', 'ours.js.br'), brotliCompressSync(asset));
  writeFileSync(join(webRoot, 'assets', 'ours.js.gz'), gzipSync(asset));
  const config = readConfig({ ...BASE_ENV, WEB_ROOT: webRoot, ...env });
  const log: string[] = [];
  const logger = makeLogger('gateway', 'debug', { write: (line: string) => void log.push(line) });
  const app = await createGateway(config, cluster.api.upstream(), logger);
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer() as Server;
  const { port } = server.address() as AddressInfo;
  const close = async (signal?: string): Promise<void> => {
    await (app as unknown as NestApplicationContext).close(signal);
    rmSync(webRoot, { recursive: true });
  };
  let problems = '';
  await until(async () => {
    const { status, body } = await call(port, '/readyz');
    problems = body;
    return status === 200;
  }).catch(async () => {
    await close();
    throw new Error(`the gateway is not ready: ${problems}`);
  });
  return { port, server, app, log, close };
}

/** The log lines that the ID in an answer leads to, besides that of the audit log. */
export function linesOf({ log }: Pick<TestGateway, 'log'>, { body }: Pick<Reply, 'body'>): string[] {
  const id = /\(([0-9a-f-]{36})\)/.exec(body)?.[1] ?? 'no ID';
  return log.filter((line) => line.includes(id) && !line.includes('"audit":'));
}

export const BASE_ENV = {
  LISTEN: '127.0.0.1:0',
  METRICS_LISTEN: '127.0.0.1:0',
  KUBERNETES_SERVICE_HOST: '127.0.0.1',
  POD_NAMESPACE: 'ns',
  POD_NAME: 'pod-1',
  GATESERVER: 'gs',
  ISSUER_CHECK: 'webhook',
  PUBLIC_URLS: 'https://gate.example.com,http://localhost:8080',
  SESSION_KEY,
};

/** Waits until it is so, by looking again and again. @throws after five seconds */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not become so within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
