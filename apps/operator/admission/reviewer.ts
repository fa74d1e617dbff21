import { Inject, Injectable } from '@nestjs/common';
import { AuthorizationV1Api, OwnClient } from '#libs/kube';
import { reviewsOf, type Right } from '#libs/policy';
import { type UserInfo } from './review.js';

/** Asks Kubernetes what users may do, with SubjectAccessReviews as the operator. */
@Injectable()
export class Reviewer {
  constructor(@Inject(OwnClient) private readonly client: Pick<OwnClient, 'api'>) {}

  /**
   * @param signal asks nothing more
   * @throws KubeError, NetworkError: what cannot be asked is not allowed; the reason of the signal
   */
  async allows(
    { username, uid, groups = [], extra = {} }: UserInfo,
    right: Right,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const api = this.client.api(AuthorizationV1Api, signal);
    const who = { user: username, groups, extra, ...(uid !== undefined && { uid }) };
    for (const attributes of reviewsOf(right)) {
      signal?.throwIfAborted();
      const { status } = await api.createSubjectAccessReview({ body: { spec: { ...who, ...attributes } } });
      if (status?.allowed !== true) return false;
    }
    return true;
  }
}
