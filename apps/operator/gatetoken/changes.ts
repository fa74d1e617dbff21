import { Inject, Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { type GateToken } from '#libs/api';
import { type Informer, keyOf, type KubeObject } from '#libs/kube';
import { Watches } from '../cluster/watches.js';
import { OWN } from './status.js';

/**
 * Which GateTokens have to be looked at again because they changed. What a gateway writes into a status decides nothing,
 * and what the operator itself has just written was decided already.
 */
@Injectable()
export class TokenChanges {
  #onChange: (key: string) => void = () => undefined;
  /** By UID: what the watch shows of a GateToken while its status is being written. */
  readonly #meanwhile = new Map<string, GateToken[]>();
  /** By UID: the version that was written and that the watch has not shown yet. */
  readonly #written = new Map<string, string | undefined>();

  constructor(@Inject(Watches) { gateTokens }: { gateTokens: Pick<Informer<GateToken>, 'on'> }) {
    gateTokens.on('put', (token, old) => this.#put(token, old));
    gateTokens.on('delete', ({ metadata }) => this.#written.delete(metadata.uid ?? ''));
  }

  /** Calls `handler` with the namespace/name of each GateToken that is to be looked at. */
  onChange(handler: (key: string) => void): void {
    this.#onChange = handler;
  }

  /**
   * Writes a status of the operator.
   * @param write to the version that `token` is
   * @returns as `write` does: the object as it is stored, undefined where it is gone
   */
  async writing(token: GateToken, write: () => Promise<KubeObject | undefined>): Promise<KubeObject | undefined> {
    const { uid = '', resourceVersion } = token.metadata;
    const meanwhile: GateToken[] = [];
    this.#meanwhile.set(uid, meanwhile);
    let version: string | undefined;
    try {
      const stored = await write();
      version = stored?.metadata.resourceVersion;
      return stored;
    } finally {
      this.#meanwhile.delete(uid);
      const isShown = meanwhile.some(({ metadata }) => metadata.resourceVersion === version);
      // The API server gives no version, and shows nothing, for a write that changes nothing.
      if (!isShown && version !== undefined && version !== resourceVersion) this.#written.set(uid, version);
      if (meanwhile.some(({ metadata }) => metadata.resourceVersion !== version)) this.#onChange(keyOf(token));
    }
  }

  #put(token: GateToken, old: GateToken | undefined): void {
    if (!isOther(token, old)) return;
    const { uid = '', resourceVersion } = token.metadata;
    const meanwhile = this.#meanwhile.get(uid);
    // Who wrote it is known when the answer to the write is here.
    if (meanwhile) return void meanwhile.push(token);
    const written = this.#written.get(uid);
    this.#written.delete(uid);
    if (written === undefined || written !== resourceVersion) this.#onChange(keyOf(token));
  }
}

/** True where something is another that the operator decides by or answers for. */
function isOther({ metadata, status }: GateToken, old: GateToken | undefined): boolean {
  if (!old || metadata.uid !== old.metadata.uid || metadata.generation !== old.metadata.generation) return true;
  return OWN.some((field) => !isDeepStrictEqual(status?.[field], old.status?.[field]));
}
