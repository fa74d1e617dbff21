import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreV1Api, type KubeClient } from '#libs/kube';
import { type Pod } from './pod.js';

const EXPIRATION_SECONDS = 3600;
/** As the kubelet does: renewed when four fifths of its life have passed. */
const RENEW_AT = 0.8;
const RETRY_MS = 5000;

/**
 * The files of a pod's service account (token, ca.crt, namespace), the token by TokenRequest and renewed before it ends.
 * Each file is replaced by rename, so that a reader sees a whole one.
 */
export class ProjectedAccount {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly client: KubeClient,
    private readonly pod: Pod,
    readonly dir: string,
    private readonly ca: string | Buffer,
  ) {}

  /** Writes all files; rejects when there is no token to be had (no such account). */
  async start(): Promise<void> {
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    if (this.ca.length > 0) await this.write('ca.crt', this.ca);
    await this.write('namespace', this.pod.metadata.namespace ?? '');
    await this.renew();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async renew(): Promise<void> {
    const { name, namespace, uid } = this.pod.metadata;
    const asked = Date.now();
    const body = {
      spec: {
        audiences: [],
        expirationSeconds: EXPIRATION_SECONDS,
        // A program that runs without a pod has nothing to bind it to.
        ...(uid === undefined ? {} : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: name ?? '', uid } }),
      },
    };
    const account = this.pod.spec.serviceAccountName ?? '';
    const where = { name: account, namespace: namespace ?? '' };
    const { status } = await this.client.api(CoreV1Api).createNamespacedServiceAccountToken({ ...where, body });
    const { token, expirationTimestamp } = status ?? {};
    if (!token || !expirationTimestamp)
      throw new Error(`The API server returned no token for service account ${account}.`);
    await this.write('token', token);
    this.schedule((expirationTimestamp.getTime() - asked) * RENEW_AT);
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.renew().catch(() => this.schedule(RETRY_MS));
    }, ms);
    this.timer.unref();
  }

  private async write(name: string, content: string | Buffer): Promise<void> {
    const file = join(this.dir, name);
    await writeFile(`${file}.new`, content, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
}
