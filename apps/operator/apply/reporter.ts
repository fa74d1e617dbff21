import { Inject, Injectable } from '@nestjs/common';
import { API_VERSION } from '#libs/api';
import {
  type EventRecorder,
  isKubeError,
  type KubeClient,
  KubeError,
  type KubeObject,
  OwnClient,
  type ResourceType,
} from '#libs/kube';
import { Events } from '../cluster/events.js';
import { OPERATOR } from '../cluster/labels.js';
import { isRefused } from './applier.js';

/** A refused status is tried again after this, or when its object changes. */
const REFUSED_RETRY_S = 60;

/** Reports on objects of the operator's own kinds: in their status, and by Events. */
@Injectable()
export class Reporter {
  constructor(
    @Inject(OwnClient) private readonly client: Pick<KubeClient, 'apply' | 'patch'>,
    @Inject(Events) private readonly events: Pick<EventRecorder, 'record'>,
  ) {}

  /**
   * Writes the operator's part of a status. An Event says why the API server refuses one: no condition can.
   * @param metadata says which object; with a resourceVersion, which version of it
   * @param own the fields that are the operator's alone: those that `status` lacks are removed, whoever wrote them
   * @returns the object as it is stored; undefined where it is gone
   * @throws KubeError 409 where the version is another by now; with a time to wait where the status is refused
   */
  async writeStatus(
    type: ResourceType,
    metadata: KubeObject['metadata'],
    status: object,
    own: readonly string[] = [],
  ): Promise<KubeObject | undefined> {
    const body = { apiVersion: API_VERSION, kind: type.kind, metadata, status };
    try {
      const stored = await this.client.apply(type, body, {
        fieldManager: OPERATOR,
        force: true,
        subresource: 'status',
      });
      const foreign = own.filter((field) => !(field in status));
      return await this.#remove(type, stored, foreign);
    } catch (error) {
      if (isKubeError(error, 404)) return undefined;
      if (!isRefused(error)) throw error;
      const what = `The API server refused the status of this ${type.kind}, so its status is out of date: ${error.message.replace(/\.$/, '')}`;
      const next = `Correct what the message names, or delete the ${type.kind} and create it again.`;
      this.event(type, body, 'Warning', 'StatusRefused', `${what.slice(0, 900)}. ${next}`);
      throw new KubeError(error.status, REFUSED_RETRY_S);
    }
  }

  /** Server-side apply leaves what another manager wrote into a field that is not sent. */
  async #remove(type: ResourceType, stored: KubeObject & { status?: object }, fields: string[]): Promise<KubeObject> {
    const left = fields.filter((field) => field in (stored.status ?? {}));
    if (left.length === 0) return stored;
    const { name = '', namespace, uid, resourceVersion } = stored.metadata;
    const status = Object.fromEntries(left.map((field) => [field, null]));
    const body = { metadata: { uid, resourceVersion }, status };
    const options = { fieldManager: OPERATOR, subresource: 'status' };
    return this.client.patch(type, name, namespace, body, 'merge', options);
  }

  event(type: ResourceType, object: KubeObject, level: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record(object, level, reason, message, type);
  }
}
