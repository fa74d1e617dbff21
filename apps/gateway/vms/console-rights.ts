import { Injectable } from '@nestjs/common';
import { type V1SelfSubjectAccessReview } from '@kubernetes/client-node';
import { AuthorizationV1Api, isKubeError, KubeError, NetworkError, Upstream, UserClient } from '#libs/kube';
import { type ConsoleTarget } from '#libs/policy';
import { Refusal } from '../http/refusal.js';
import { type TokenHolder } from './user-vms.js';

/**
 * Whether a signed-in user may open a console. Kubernetes is asked as her before anything is looked at, held or
 * written for her: what happens on the way to a console (who is on it is told, cut, recorded) is done by the gateway.
 */
@Injectable()
export class ConsoleRights {
  constructor(private readonly upstream: Upstream) {}

  /** @throws Refusal 403 where she may not, 401 where the cluster does not know her, 503 where it cannot be asked */
  async require(user: TokenHolder, target: ConsoleTarget): Promise<void> {
    if (await this.ask(user, target)) return;
    throw new Refusal(
      403,
      `You may not open this console of ${target.vm} in namespace ${target.namespace}.`,
      'Ask an administrator for the right, or somebody who has it for a link.',
    );
  }

  private async ask(user: TokenHolder, target: ConsoleTarget): Promise<boolean> {
    const client = new UserClient(this.upstream, () => user.token());
    try {
      const { status } = await client.api(AuthorizationV1Api).createSelfSubjectAccessReview({ body: reviewOf(target) });
      return status?.allowed === true;
    } catch (error) {
      throw toRefusal(error);
    }
  }
}

function reviewOf({ namespace, vm, kind }: ConsoleTarget): V1SelfSubjectAccessReview {
  return {
    spec: {
      resourceAttributes: {
        verb: 'get',
        group: 'subresources.kubevirt.io',
        resource: 'virtualmachineinstances',
        subresource: kind === 'vnc' ? 'vnc' : 'console',
        namespace,
        name: vm,
      },
    },
  };
}

function toRefusal(error: unknown): unknown {
  if (isKubeError(error, 401))
    return new Refusal(401, 'The cluster does not accept your sign-in any more.', 'Sign in again.');
  if (isKubeError(error, 403))
    return new Refusal(403, 'You may not ask the cluster what you may do.', 'Ask an administrator for that right.');
  if (error instanceof KubeError || error instanceof NetworkError)
    return new Refusal(503, 'The cluster cannot be asked what you may do.', 'Try again in a moment.', {
      retryAfter: 5,
    });
  return error;
}
