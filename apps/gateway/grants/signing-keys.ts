import { Inject, Injectable } from '@nestjs/common';
import { type Logger, LOGGER } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { type Jwks, KeyRing } from '#libs/token';
import { Watches } from '../cluster/watches.js';

/** The key ring from the ConfigMap `NAME-jwks`: replaced when the ConfigMap changes, kept when its content is invalid. */
@Injectable()
export class SigningKeys {
  #ring: KeyRing | undefined;
  #jwks = '{"keys":[]}';

  constructor(
    watches: Watches,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    watches.keys.on('put', (map) => {
      if (map.metadata.name === config.jwksConfigMap) this.take(map.data?.['jwks.json']);
    });
  }

  /** @returns undefined until the ConfigMap of the keys was seen */
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
      this.#ring = KeyRing.fromJwks(JSON.parse(text) as Jwks, this.config);
      this.#jwks = text;
    } catch (err) {
      this.log.error({ err, configMap: this.config.jwksConfigMap }, 'could not read the public keys');
    }
  }
}
