import { Injectable } from '@nestjs/common';
import { type GateServer, type GateToken } from '#libs/api';
import { rfc3339, types } from '#libs/kube';
import { Clock } from '#libs/ops';
import { isSealed } from '#libs/token';
import { WebhookKeys } from '../keys/webhook-keys.js';
import { type AdmissionRequest, type Judge, type Verdict } from './review.js';

/** Lets a GateToken be created only as the mutating webhook sealed it. */
@Injectable()
export class SealJudge implements Judge {
  constructor(
    private readonly keys: WebhookKeys,
    private readonly clock: Clock,
  ) {}

  async validate({
    operation,
    resource,
    namespace,
    object,
    userInfo,
  }: AdmissionRequest<GateToken | GateServer>): Promise<Verdict> {
    if (operation !== 'CREATE' || resource.resource !== types.gateTokens.resource) return { allowed: true };
    const { seal } = this.keys.present ?? {};
    if (!seal) throw new Error('The key of seals is not known yet.');
    const { spec, metadata } = object as GateToken;
    const creationTimestamp = metadata.creationTimestamp ?? rfc3339(new Date(this.clock.now()));
    const isTheirs = spec.issuer?.username === userInfo.username;
    if (isTheirs && isSealed([seal], { spec, metadata: { ...metadata, namespace, creationTimestamp } }))
      return { allowed: true };
    const message =
      'this GateToken was changed by another webhook after it was sealed: exclude GateTokens from webhooks that change them, or create it again if the operator was just restarted';
    return { allowed: false, code: 403, reason: 'Forbidden', message };
  }
}
