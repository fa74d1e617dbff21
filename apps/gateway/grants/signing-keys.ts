import { type Informer } from '#libs/kube';
import { type Jwks, KeyRing, type KeyRingOptions } from '#libs/token';
import { type ConfigMap } from '../cluster/watches.js';
import { type Keys } from './verifier.js';

/** The key ring out of the ConfigMap `NAME-jwks`: made anew when that changes, kept when what is written is broken. */
export class SigningKeys implements Keys {
  #ring: KeyRing | undefined;
  #jwks = '{"keys":[]}';

  constructor(
    informer: Pick<Informer<ConfigMap>, 'on'>,
    name: string,
    private readonly options: KeyRingOptions,
    private readonly onBroken: (error: unknown) => void,
  ) {
    informer.on('put', (map) => {
      if (map.metadata.name === name) this.take(map.data?.['jwks.json']);
    });
  }

  current(): KeyRing | undefined {
    return this.#ring;
  }

  /** What /.well-known/jwks.json shows. */
  get jwks(): string {
    return this.#jwks;
  }

  private take(text: string | undefined): void {
    if (text === undefined || text === this.#jwks) return;
    try {
      this.#ring = KeyRing.fromJwks(JSON.parse(text) as Jwks, this.options);
      this.#jwks = text;
    } catch (error) {
      this.onBroken(error);
    }
  }
}
