import { Inject, Injectable } from '@nestjs/common';
import { type GateToken } from '#libs/api';
import { type Informer } from '#libs/kube';
import { kidOf } from '#libs/token';
import { Watches } from '../cluster/watches.js';

/** The ends of the tokens that one key signed. */
class Ends {
  /** How many tokens end at a second. */
  readonly #counts = new Map<number, number>();
  #last: number | undefined;

  get size(): number {
    return this.#counts.size;
  }

  /** The last of them; worked out anew only after that one is gone. */
  get last(): number {
    this.#last ??= [...this.#counts.keys()].reduce((a, b) => Math.max(a, b), 0);
    return this.#last;
  }

  add(end: number): void {
    this.#counts.set(end, (this.#counts.get(end) ?? 0) + 1);
    if (this.#last !== undefined && end > this.#last) this.#last = end;
  }

  delete(end: number): void {
    const count = (this.#counts.get(end) ?? 0) - 1;
    if (count > 0) return void this.#counts.set(end, count);
    this.#counts.delete(end);
    if (end === this.#last) this.#last = undefined;
  }
}

/** How long each signing key is needed: counted as GateTokens change, as there may be many of them. */
@Injectable()
export class KeyUses {
  /** By namespace and key id. */
  readonly #ends = new Map<string, Map<string, Ends>>();

  constructor(@Inject(Watches) { gateTokens }: { gateTokens: Pick<Informer<GateToken>, 'on'> }) {
    gateTokens.on('put', (token, old) => this.#change(token, old));
    gateTokens.on('delete', (token) => this.#change(undefined, token));
  }

  /** By key id: the last second at which a token of this namespace that the key signed ends. */
  in(namespace: string): ReadonlyMap<string, number> {
    return new Map([...(this.#ends.get(namespace) ?? [])].map(([kid, ends]) => [kid, ends.last]));
  }

  #change(token: GateToken | undefined, old: GateToken | undefined): void {
    const [next, before] = [token?.status, old?.status];
    if (next?.token === before?.token && next?.data?.exp === before?.data?.exp) return;
    if (old) this.#count(old, -1);
    if (token) this.#count(token, 1);
  }

  #count({ metadata: { namespace = '' }, status }: GateToken, by: 1 | -1): void {
    const kid = status?.token === undefined ? undefined : kidOf(status.token);
    if (kid === undefined) return;
    const keys = this.#ends.get(namespace) ?? new Map<string, Ends>();
    const ends = keys.get(kid) ?? new Ends();
    if (by === 1) ends.add(status?.data?.exp ?? 0);
    else ends.delete(status?.data?.exp ?? 0);
    if (ends.size === 0) keys.delete(kid);
    else keys.set(kid, ends);
    if (keys.size === 0) this.#ends.delete(namespace);
    else this.#ends.set(namespace, keys);
  }
}
