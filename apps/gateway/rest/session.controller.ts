import { Controller, Delete, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { SessionInfo } from '#libs/api/rest';
import { UserClients } from '#libs/kube';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { clearSignIn } from '../sign-in/set-cookie.js';
import { SIGNED_IN_USERS, type SignedInUsers } from '../sign-in/signed-in-users.js';
import { whoIs } from '../sign-in/review.js';
import { RequestLog } from '../http/request-log.js';
import { AskedByPages } from '../http/access.js';
import { Operation } from '../http/operation.js';
import { CurrentUser, type User } from '../access/user.js';

@ApiTags('Session')
@Controller('api/v1/session')
export class SessionController {
  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly clients: UserClients,
    @Inject(SIGNED_IN_USERS) private readonly users: SignedInUsers,
    private readonly log: RequestLog,
  ) {}

  @Operation({
    id: 'getSession',
    summary: 'Show who is signed in, how, and until when',
    status: 200,
    answer: SessionInfo,
    refuses: [401, 403],
  })
  @AskedByPages()
  @Get()
  async get(@CurrentUser() user: User): Promise<SessionInfo> {
    const identity = await whoIs(this.clients, user.token());
    const until = user.until === undefined ? {} : { until: new Date(user.until).toISOString() };
    return { ...identity, method: user.method, namespace: this.config.namespace, ...until };
  }

  @Operation({ id: 'deleteSession', summary: 'Sign out', status: 204, refuses: [401, 403] })
  @Delete()
  async delete(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const left = await this.users.signOut(request.headers.cookie);
    if (left !== undefined) this.log.signedOut(request, left.username);
    clearSignIn(response);
  }
}
