import { Inject, Injectable } from '@nestjs/common';
import { isKubeError, type KubeClient, type KubeObject, OwnClient, types } from '#libs/kube';
import { isSigningKey } from './labels.js';
import { type SecretObject } from './manifest.js';
import { type TlsSecret, tlsSecretOf } from './tls-secret.js';

/** How many Secrets one caller reads at the same time. */
const AT_ONCE = 8;

/**
 * Reads the data of the few Secrets of other owners that matter. Each is read once for each version that the watch shows,
 * and forgotten with that version: what is known hangs on the watch's copy.
 */
@Injectable()
export class SecretReader {
  readonly #marked = new WeakMap<KubeObject, Promise<SecretObject | undefined>>();
  readonly #tls = new WeakMap<KubeObject, Promise<TlsSecret | undefined>>();

  constructor(@Inject(OwnClient) private readonly client: Pick<KubeClient, 'get'>) {}

  /**
   * The Secret that people marked as a signing key.
   * @param copy what the watch of Secrets has of it
   * @returns undefined where it has no mark or is gone; mark and data are of one version
   * @throws KubeError, NetworkError on faults that pass: the next call tries again
   */
  async marked(copy: KubeObject | undefined): Promise<SecretObject | undefined> {
    if (!copy || !isSigningKey(copy)) return undefined;
    return once(this.#marked, copy, async () => {
      const secret = await this.#read(copy);
      return secret && isSigningKey(secret) ? secret : undefined;
    });
  }

  /** As `marked`, of many; those without a mark and those that are gone are left out. */
  async allMarked(copies: readonly KubeObject[]): Promise<SecretObject[]> {
    const found: SecretObject[] = [];
    for (let next = 0; next < copies.length; next += AT_ONCE) {
      const batch = await Promise.all(copies.slice(next, next + AT_ONCE).map((copy) => this.marked(copy)));
      found.push(...batch.filter((secret) => secret !== undefined));
    }
    return found;
  }

  /** What is to be known of a Secret for TLS, which is all that is kept of it; undefined where it is gone. */
  async tls(copy: KubeObject | undefined): Promise<TlsSecret | undefined> {
    if (!copy) return undefined;
    return once(this.#tls, copy, async () => {
      const secret = await this.#read(copy);
      return secret && tlsSecretOf(secret);
    });
  }

  async #read({ metadata: { name = '', namespace } }: KubeObject): Promise<SecretObject | undefined> {
    try {
      return await this.client.get<SecretObject>(types.secrets, name, namespace);
    } catch (error) {
      if (isKubeError(error, 404)) return undefined;
      throw error;
    }
  }
}

/** Failures are not kept. */
async function once<T>(known: WeakMap<KubeObject, Promise<T>>, copy: KubeObject, read: () => Promise<T>): Promise<T> {
  const promise = known.get(copy) ?? read();
  known.set(copy, promise);
  try {
    return await promise;
  } catch (error) {
    known.delete(copy);
    throw error;
  }
}
