import { Inject, Injectable } from '@nestjs/common';
import { type GateServer, type GateToken } from '#libs/api';
import { types } from '#libs/kube';
import { ServerJudge } from './judge-gateserver.js';
import { TokenJudge } from './judge-gatetoken.js';
import { type AdmissionRequest, type Judge, type Verdict } from './review.js';
import { SealJudge } from './seal-judge.js';

/** Whether a GateToken is sealed, and whoever creates or changes it or a GateServer has the rights that it gives. */
@Injectable()
export class RightsJudge implements Judge {
  constructor(
    @Inject(SealJudge) private readonly seals: Judge,
    private readonly tokens: TokenJudge,
    private readonly servers: ServerJudge,
  ) {}

  /** @throws Error on a kind that it knows nothing of: the webhook asks about no other */
  async validate(request: AdmissionRequest<GateToken | GateServer>, signal?: AbortSignal): Promise<Verdict> {
    const sealed = await this.seals.validate(request, signal);
    if (!sealed.allowed) return sealed;
    const { resource } = request.resource;
    if (resource === types.gateTokens.resource)
      return this.tokens.validate(request as AdmissionRequest<GateToken>, signal);
    if (resource === types.gateServers.resource)
      return this.servers.validate(request as AdmissionRequest<GateServer>, signal);
    throw new Error(`${resource}: nothing is known of this resource`);
  }
}
