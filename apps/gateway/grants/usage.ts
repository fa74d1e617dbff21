import { isKubeError, type OwnClient, types } from '#libs/kube';
import { type ActiveGrant } from './active-grant.js';

/** One write a minute for each grant at most, but for consoles that open and end. */
const QUIET_MS = 60_000;
const MOST_REMEMBERED = 10_000;

/** Keeps `status.last-used` and `status.live` of GateTokens roughly true, with few writes. */
export class Usage {
  readonly #written = new Map<string, number>();

  constructor(
    private readonly client: Pick<OwnClient, 'patch'>,
    private readonly namespace: string,
    private readonly onError: (error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** A request was made by the grant. */
  used(grant: ActiveGrant): void {
    if (this.now() - (this.#written.get(grant.uid) ?? -Infinity) < QUIET_MS) return;
    this.write(grant, {});
  }

  /** A console opened or ended. @param live consoles of the grant on all replicas */
  consoles(grant: ActiveGrant, live: number): void {
    this.write(grant, { live });
  }

  /** Consoles were found to have ended long ago: that is no use of the grant. @param name of its GateToken */
  correct(name: string, live: number): void {
    this.patch(name, this.namespace, { status: { live } });
  }

  private write(grant: ActiveGrant, status: { live?: number }): void {
    if (!grant.registered) return;
    if (this.#written.size >= MOST_REMEMBERED) this.#written.clear();
    this.#written.set(grant.uid, this.now());
    const lastUsed = new Date(this.now()).toISOString();
    const metadata = { uid: grant.uid };
    this.patch(grant.name, grant.namespace, { metadata, status: { ...status, 'last-used': lastUsed } });
  }

  private patch(name: string, namespace: string, body: object): void {
    const options = { subresource: 'status', fieldManager: 'kube-gateway' };
    this.client.patch(types.gateTokens, name, namespace, body, 'merge', options).catch((error: unknown) => {
      if (!isKubeError(error, 404, 409)) this.onError(error);
    });
  }
}
