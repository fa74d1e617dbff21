import { Inject, Injectable } from '@nestjs/common';
import { isKubeError, OwnClient, types } from '#libs/kube';
import { type Logger, LOGGER } from '#libs/ops';
import { type Jwks, KeyRing } from '#libs/token';
import { ownFault } from '../cluster/own-fault.js';
import { Readings } from '../cluster/readings.js';
import { isOlder } from '../cluster/versions.js';
import { type ConfigMap, Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { unreachable } from './grant-error.js';

const EVERY_MS = 1000;

/** The key ring from the ConfigMap `NAME-jwks`: replaced when the ConfigMap changes, kept when its content is invalid. */
@Injectable()
export class SigningKeys {
  #ring: KeyRing | undefined;
  #jwks = '{"keys":[]}';
  #map: ConfigMap | undefined;
  readonly #live = new Readings(() => this.readLive(), EVERY_MS);

  constructor(
    watches: Watches,
    private readonly client: OwnClient,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    watches.keys.on('put', (map) => {
      if (map.metadata.name === config.jwksConfigMap) this.take(map);
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

  /**
   * The keys as the API server has them now, where the watch may lag: the operator signs with a key only after it is in
   * the ConfigMap. One reading a second at most, shared.
   * @throws GrantError: unreachable
   */
  async reread(): Promise<KeyRing | undefined> {
    await this.#live.read();
    return this.#ring;
  }

  private async readLive(): Promise<void> {
    const { jwksConfigMap, namespace } = this.config;
    try {
      this.take(await this.client.get<ConfigMap>(types.configMaps, jwksConfigMap, namespace));
    } catch (error) {
      if (isKubeError(error, 404)) return;
      throw ownFault(error, unreachable);
    }
  }

  /** The watch brings what a reading was ahead of, in its order. */
  private take(map: ConfigMap): void {
    if (this.#map !== undefined && isOlder(map, this.#map)) return;
    this.#map = map;
    const text = map.data?.['jwks.json'];
    if (text === undefined || text === this.#jwks) return;
    try {
      this.#ring = KeyRing.fromJwks(JSON.parse(text) as Jwks, this.config);
      this.#jwks = text;
    } catch (err) {
      this.log.error({ err, configMap: this.config.jwksConfigMap }, 'could not read the public keys');
    }
  }
}
