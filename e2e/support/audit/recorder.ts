import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GateSession, type GateToken } from '#libs/api';
import { Informer, type KubeObject, OwnClient, types, Upstream } from '#libs/kube';
import { Credentials } from './credentials.js';

/** The fields of a Secret that anyone may read. */
const PUBLIC = new Set(['ca.crt', 'tls.crt', 'namespace', 'jwks.json']);
/** Who writes as what (`metadata.managedFields`). */
const OPERATOR = 'kube-gateway-operator';
const GATEWAY = 'kube-gateway';

interface Secret extends KubeObject {
  readonly data?: Record<string, string>;
}

/** A GateToken that there was during the run. */
export interface SeenToken {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** A gateway created it, as a user who asked it to. */
  readonly byGateway: boolean;
  /** The operator wrote a status of it. */
  readonly observed: boolean;
  /** The operator wrote that it is revoked. */
  readonly revoked: boolean;
}

/** A GateSession that there was during the run. */
export interface SeenSession {
  readonly name: string;
  readonly spec: GateSession['spec'];
}

/** Watches, as an administrator, what the tests and the programs leave in the cluster, whether it stays or not. */
export class Recorder {
  readonly tokens = new Map<string, SeenToken>();
  readonly sessions = new Map<string, SeenSession>();
  /** Names of pods by their UIDs. */
  readonly pods = new Map<string, string>();
  readonly credentials = new Credentials();
  readonly #upstream: Upstream;
  readonly #informers: Informer<KubeObject>[];

  private constructor(private readonly data: string) {
    this.#upstream = Upstream.fromKubeconfig(join(data, 'kubeconfig'), 'admin');
    const client = new OwnClient(this.#upstream);
    this.#informers = [
      new Informer<GateToken>(client, types.gateTokens).on('put', (token) => this.#token(token)),
      new Informer<GateSession>(client, types.gateSessions).on('put', (session) => this.#session(session)),
      new Informer<Secret>(client, types.secrets).on('put', (secret) => this.#secret(secret)),
      new Informer<KubeObject>(client, types.pods, { metadataOnly: true }).on('put', ({ metadata }) =>
        this.pods.set(metadata.uid ?? '', metadata.name ?? ''),
      ),
    ] as Informer<KubeObject>[];
  }

  /** @param data the data folder of the launcher, whose cluster is ready */
  static async start(data: string): Promise<Recorder> {
    const recorder = new Recorder(data);
    for (const informer of recorder.#informers) informer.start();
    await Promise.all(recorder.#informers.map((informer) => informer.synced()));
    return recorder;
  }

  /** While the cluster still runs. */
  async stop(): Promise<void> {
    this.#ofFiles();
    await Promise.all(this.#informers.map((informer) => informer.stop()));
    await this.#upstream.close();
  }

  #token({ metadata, spec, status }: GateToken): void {
    const { namespace = '', name = '', uid = '' } = metadata;
    const where = `GateToken ${namespace}/${name}`;
    if (status?.token !== undefined) this.credentials.add(`the JWT of ${where}`, status.token);
    if (spec['link-hash'] !== undefined) this.credentials.addLinkHash(`the code of ${where}`, spec['link-hash']);
    const managers = (metadata as { managedFields?: { manager?: string; subresource?: string }[] }).managedFields ?? [];
    const wrote = (who: string, subresource?: string): boolean =>
      managers.some((one) => one.manager === who && one.subresource === subresource);
    const before = this.tokens.get(uid);
    const observed = wrote(OPERATOR, 'status');
    this.tokens.set(uid, {
      ...{ namespace, name, uid },
      // The tests' own client calls itself the same; it is the administrator's.
      byGateway: before?.byGateway ?? (wrote(GATEWAY) && spec.issuer !== undefined && spec.issuer.username !== 'admin'),
      observed: before?.observed === true || observed,
      revoked: before?.revoked === true || (observed && status?.phase === 'Revoked'),
    });
  }

  #session({ metadata: { uid = '', name = '' }, spec }: GateSession): void {
    this.sessions.set(uid, { name, spec });
  }

  #secret({ metadata: { namespace = '', name = '' }, data = {} }: Secret): void {
    for (const [field, value] of Object.entries(data)) {
      if (PUBLIC.has(field)) continue;
      this.credentials.addBytes(`${field} of Secret ${namespace}/${name}`, Buffer.from(value, 'base64'));
    }
  }

  /** Tokens of people and of the pods' service accounts. */
  #ofFiles(): void {
    const kubeconfig = readFileSync(join(this.data, 'kubeconfig'), 'utf8');
    for (const [, token = ''] of kubeconfig.matchAll(/token: (\S+)/g)) {
      this.credentials.add('a token of the kubeconfig', token);
    }
    for (const path of readdirSync(join(this.data, 'node'), { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('/token')) continue;
      this.credentials.add(`the service account's token ${path}`, readFileSync(join(this.data, 'node', path), 'utf8'));
    }
  }
}
