import { Injectable } from '@nestjs/common';
import { type GateToken } from '#libs/api';
import { type KubeObject } from '#libs/kube';
import { Clock } from '#libs/ops';
import { identityOf, type Sealable, sealOf, type SecretKey } from '#libs/token';
import { WebhookKeys } from '../keys/webhook-keys.js';
import { answerTo } from './answer.js';
import { type AdmissionRequest, requestOf } from './review.js';

type Issuer = NonNullable<GateToken['spec']['issuer']>;

/** The mutating webhook: writes who creates a GateToken into it, over whatever was sent, and seals it. */
@Injectable()
export class Mutator {
  constructor(
    private readonly keys: WebhookKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * @param body an AdmissionReview
   * @returns the AdmissionReview that answers, with the patch
   * @throws ReviewError
   */
  async answer(body: unknown): Promise<object> {
    const request = requestOf(body);
    const { seal } = this.keys.present ?? {};
    if (!seal) throw new Error('The key of seals is not known yet.');
    // Without a spec to write it into, the schema refuses the object, and so does the validating webhook.
    if (!hasSpec(request.object)) return answerTo(request, { allowed: true });
    const value = issuerOf(request, request.object, seal, Math.floor(this.clock.now() / 1000));
    return answerTo(request, { allowed: true }, [{ op: 'add', path: '/spec/issuer', value }]);
  }
}

/** Under the name that it will have; where that is still to be generated, under what it begins with. */
function issuerOf({ namespace, userInfo }: AdmissionRequest, token: Sealable, key: SecretKey, at: number): Issuer {
  const { name, generateName } = token.metadata;
  const metadata = { namespace, ...(name ? { name } : { generateName: generateName ?? '' }) };
  const issuer = identityOf(userInfo);
  return { ...issuer, seal: sealOf(key, { metadata, spec: { ...token.spec, issuer } }, at) };
}

function hasSpec(object: KubeObject): object is KubeObject & Sealable {
  return 'spec' in object && typeof object.spec === 'object' && object.spec !== null && !Array.isArray(object.spec);
}
