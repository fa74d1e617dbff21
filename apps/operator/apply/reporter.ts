import { Inject, Injectable } from '@nestjs/common';
import { API_VERSION } from '#libs/api';
import {
  type EventRecorder,
  isKubeError,
  type KubeClient,
  type KubeObject,
  OwnClient,
  type ResourceType,
} from '#libs/kube';
import { Events } from '../cluster/events.js';
import { OPERATOR } from '../cluster/labels.js';

/** Reports on objects of the operator's own kinds: in their status, and by Events. */
@Injectable()
export class Reporter {
  constructor(
    @Inject(OwnClient) private readonly client: Pick<KubeClient, 'apply'>,
    @Inject(Events) private readonly events: Pick<EventRecorder, 'record'>,
  ) {}

  /**
   * Writes the operator's part of a status.
   * @param metadata says which object; with a resourceVersion, which version of it
   * @returns false where the object is gone
   * @throws KubeError 409 where the version is another by now
   */
  async writeStatus(type: ResourceType, metadata: KubeObject['metadata'], status: object): Promise<boolean> {
    const body = { apiVersion: API_VERSION, kind: type.kind, metadata, status };
    try {
      await this.client.apply(type, body, { fieldManager: OPERATOR, force: true, subresource: 'status' });
      return true;
    } catch (error) {
      if (isKubeError(error, 404)) return false;
      throw error;
    }
  }

  event(type: ResourceType, object: KubeObject, level: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record(object, level, reason, message, type);
  }
}
