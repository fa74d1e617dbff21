import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { type GateToken, type GateTokenSpec } from '#libs/api';
import { boundVm, vmUrls } from '#libs/policy';
import { approvalOf, generateKeyPair, SecretKey, sign, type SigningKey, thumbprint, toJwks } from '#libs/token';
import { Program } from './measured.ts';

export const NAMESPACE = 'ns';
export const GATESERVER = 'gs';

const STUB = new URL('../stubs/upstream.ts', import.meta.url).pathname;
const TOKENS = `/apis/kubegateway.kubevirt.io/v1beta1/namespaces/${NAMESPACE}/gatetokens`;
const KUBEVIRT = `/apis/kubevirt.io/v1/namespaces/${NAMESPACE}`;
const CONNECTIONS = 32;
const LIFETIME_S = 43_200;

type KeyPairPem = Awaited<ReturnType<typeof generateKeyPair>>;
type Kept<T> = T & { metadata: { uid: string; name: string } };

/** The upstream stub, with what the operator and KubeVirt would have left there: signing keys, running VMs, approved GateTokens. */
export class Cluster {
  readonly url: string;
  readonly ca: string;
  /** Of the gateway's cookies and of the operator's approvals, in base64. */
  readonly sessionKey = randomBytes(32).toString('base64');
  readonly program: Program;
  readonly #pool: Pool;
  readonly #key: SigningKey;

  private constructor(program: Program, { url, ca }: { url: string; ca: string }, pem: KeyPairPem) {
    const privateKey = createPrivateKey(pem['tls.key']);
    const publicKey = createPublicKey(privateKey);
    this.#key = { privateKey, publicKey, kid: thumbprint(publicKey) };
    this.program = program;
    this.url = url;
    this.ca = ca;
    this.#pool = new Pool(url, { connections: CONNECTIONS, connect: { ca } });
  }

  static async start(): Promise<Cluster> {
    const program = Program.start([STUB], {}, 'pipe');
    const pem = await generateKeyPair();
    const cluster = new Cluster(program, JSON.parse(await program.firstLine()) as { url: string; ca: string }, pem);
    await cluster.#keepKeys(pem);
    await cluster.startVm('demo');
    return cluster;
  }

  /** @throws Error for an answer other than 2xx */
  async ask<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T> {
    const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await this.#pool.request({ method, path, headers, ...sent });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text) as T;
  }

  async startVm(name: string): Promise<void> {
    const domain = { devices: {} };
    const vm = { metadata: { name }, spec: { template: { spec: { domain } } } };
    await this.ask('POST', `${KUBEVIRT}/virtualmachines`, { ...vm, status: { printableStatus: 'Running' } });
    const instance = { metadata: { name }, spec: { domain }, status: { phase: 'Running' } };
    await this.ask('POST', `${KUBEVIRT}/virtualmachineinstances`, instance);
  }

  /** A GateToken, valid for 12 hours, as the operator leaves it: signed, unless it is for a link, and approved. */
  async grant(spec: Partial<GateTokenSpec>): Promise<GateToken> {
    const full: GateTokenSpec = { verbs: ['get'], ...spec };
    const body = { metadata: { generateName: 'gt-' }, spec: full };
    const created = await this.ask<Kept<GateToken>>('POST', TOKENS, body);
    const status = await this.#statusOf(created);
    const approval = approvalOf(new SecretKey(Buffer.from(this.sessionKey, 'base64')), { ...created, status });
    const path = `${TOKENS}/${created.metadata.name}/status`;
    return this.ask<GateToken>('PATCH', path, { status: { ...status, approval } });
  }

  async revoke(token: GateToken): Promise<void> {
    await this.ask('PATCH', `${TOKENS}/${token.metadata.name ?? ''}`, { spec: { revoked: true } });
  }

  async remove(token: GateToken): Promise<void> {
    await this.ask('DELETE', `${TOKENS}/${token.metadata.name ?? ''}`);
  }

  async stop(): Promise<void> {
    await this.#pool.destroy();
    await this.program.stop();
  }

  async #statusOf({ metadata: { uid, name }, spec }: Kept<GateToken>): Promise<NonNullable<GateToken['status']>> {
    const now = Math.floor(Date.now() / 1000);
    const [nbf, exp] = [now - 10, now + LIFETIME_S];
    const urls = spec.urls ?? vmUrls(NAMESPACE, spec.vm ?? '');
    const verbs = spec.verbs ?? ['get'];
    const claims = { exp, nbf, URLs: urls, verbs, jti: uid, sub: `${NAMESPACE}/${name}`, iss: 'http://bench' };
    const token = spec['link-hash'] === undefined ? { token: await sign(claims, this.#key) } : {};
    const vm = spec.vm ?? boundVm(urls)?.vm;
    const bound = vm === undefined ? {} : { 'vm-uid': await this.#uidOf(vm) };
    const data = { nbf, exp, urls, verbs, from: iso(nbf), until: iso(exp), duration: '12h' };
    return { phase: 'Ready', data, ...token, ...bound };
  }

  async #uidOf(vm: string): Promise<string> {
    const { metadata } = await this.ask<Kept<object>>('GET', `${KUBEVIRT}/virtualmachines/${vm}`);
    return metadata.uid;
  }

  async #keepKeys(pem: KeyPairPem): Promise<void> {
    const core = `/api/v1/namespaces/${NAMESPACE}`;
    const jwks = { 'jwks.json': JSON.stringify(toJwks([this.#key.publicKey])) };
    await this.ask('POST', `${core}/configmaps`, { metadata: { name: `${GATESERVER}-jwks` }, data: jwks });
    const data = { 'tls.key': base64(pem['tls.key']), 'tls.crt': base64(pem['tls.crt']) };
    await this.ask('POST', `${core}/secrets`, { metadata: { name: `${GATESERVER}-jwt-secret` }, data });
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
