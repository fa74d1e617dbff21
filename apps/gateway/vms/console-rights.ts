import { Injectable, Optional } from '@nestjs/common';
import { type V1SelfSubjectAccessReview } from '@kubernetes/client-node';
import { AuthorizationV1Api, isKubeError, KubeError, NetworkError, UserClients } from '#libs/kube';
import { SUBRESOURCE_GROUP } from '#libs/kubevirt';
import { type ConsoleTarget } from '#libs/policy';
import { Refusal } from '../http/refusal.js';
import { type TokenHolder } from './user-vms.js';

/** Opening a console waits for the answer, and says within 20 s that it failed. */
const ASK_MS = 5000;

/**
 * Whether a signed-in user may open a console. The gateway asks Kubernetes, as the user, before it does anything for
 * them: on the way to a console it tells who is on it, cuts them and writes a record, all with its own rights.
 */
@Injectable()
export class ConsoleRights {
  constructor(
    private readonly clients: UserClients,
    @Optional() private readonly askMs = ASK_MS,
  ) {}

  /** @throws Refusal 403 when they may not, 401 when the cluster does not know them, 503 when it cannot be asked */
  async require(user: TokenHolder, target: ConsoleTarget): Promise<void> {
    if (await this.ask(user, target)) return;
    throw new Refusal(
      403,
      `You are not allowed to open this console of ${target.vm} in namespace ${target.namespace}.`,
      'Ask an administrator for access, or someone who has access for a link.',
      { rule: 'kubernetes' },
    );
  }

  private async ask(user: TokenHolder, target: ConsoleTarget): Promise<boolean> {
    const client = this.clients.of(() => user.token());
    try {
      const review = client.api(AuthorizationV1Api).createSelfSubjectAccessReview({ body: reviewOf(target) });
      const { status } = await this.inTime(review);
      return status?.allowed === true;
    } catch (error) {
      throw rightsFault(error);
    }
  }

  private async inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NetworkError('no answer in time', undefined)), this.askMs);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}

function reviewOf({ namespace, vm, kind }: ConsoleTarget): V1SelfSubjectAccessReview {
  return {
    spec: {
      resourceAttributes: {
        verb: 'get',
        group: SUBRESOURCE_GROUP,
        resource: 'virtualmachineinstances',
        subresource: kind === 'vnc' ? 'vnc' : 'console',
        namespace,
        name: vm,
      },
    },
  };
}

/** What to throw when the cluster did not say what a user may do. */
export function rightsFault(error: unknown): unknown {
  if (isKubeError(error, 401)) return new Refusal(401, 'The cluster no longer accepts your sign-in.', 'Sign in again.');
  if (isKubeError(error, 403))
    return new Refusal(
      403,
      'The cluster does not let you check your own permissions.',
      'Ask an administrator to allow it.',
    );
  if (error instanceof KubeError || error instanceof NetworkError)
    return new Refusal(503, 'The gateway could not ask the cluster for your permissions.', 'Try again in a moment.', {
      retryAfter: 5,
      cause: error,
    });
  return error;
}
