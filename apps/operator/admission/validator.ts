import { Inject, Injectable } from '@nestjs/common';
import { type GateServer, type GateToken } from '#libs/api';
import { type Logger, LOGGER } from '#libs/ops';
import { answerTo } from './answer.js';
import { auditedOf } from './audited.js';
import { type AdmissionRequest, JUDGE, type Judge, requestOf } from './review.js';
import { ReviewLines } from './review-lines.js';

/** The validating webhook: whether an object may be stored, as its judge says. */
@Injectable()
export class Validator {
  constructor(
    @Inject(JUDGE) private readonly judge: Judge,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly lines: ReviewLines,
  ) {}

  /**
   * @param body an AdmissionReview; the API server has checked its object against the schema
   * @param signal nobody waits for the answer any more
   * @returns the AdmissionReview that answers
   * @throws ReviewError; whatever the judge throws
   */
  async answer(body: unknown, signal?: AbortSignal): Promise<object> {
    const request = requestOf(body) as AdmissionRequest<GateToken | GateServer>;
    const verdict = await this.judge.validate(request, signal);
    const event = auditedOf(request, verdict);
    if (event) this.lines.write(event);
    else if (!verdict.allowed) this.log.info(line(request, verdict.reason, verdict.message), 'denied');
    return answerTo(request, verdict);
  }
}

/** What is logged of a denial that is not in the audit log: never the object. */
function line(
  { operation, resource, namespace, userInfo, object }: AdmissionRequest<GateToken | GateServer>,
  reason: string,
  message: string,
) {
  const { name, generateName } = object.metadata;
  return {
    operation,
    resource: resource.resource,
    namespace,
    name: name ?? generateName,
    user: userInfo.username,
    reason,
    message,
  };
}
