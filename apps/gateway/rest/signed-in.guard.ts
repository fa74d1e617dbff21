import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { type Request } from 'express';
import { Upstream } from '#libs/kube';
import { Refusal } from '../http/refusal.js';
import { SIGNED_IN_USERS, type SignedIn, type SignedInUsers } from '../sign-in/signed-in-users.js';
import { setUser } from './user.js';

/**
 * Lets a request in that is made by a signed-in user or with a Kubernetes bearer token; Kubernetes judges the rest. That
 * no other site made it, OwnOrigin has seen to.
 */
@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(
    private readonly upstream: Upstream,
    @Inject(SIGNED_IN_USERS) private readonly users: SignedInUsers,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const user = bearer(request.headers.authorization) ?? (await this.users.fromCookies(request.headers.cookie));
    if (user === undefined) {
      throw new Refusal(
        401,
        'You are not signed in.',
        'Sign in at /login, or send a Kubernetes token as a bearer token.',
      );
    }
    setUser(request, user, this.upstream);
    return true;
  }
}

/** Who she is, is not asked here: the cluster tells with each answer. */
function bearer(authorization: string | undefined): SignedIn | undefined {
  const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  const session = createHash('sha256').update(token).digest('base64url');
  return { username: '', groups: [], method: 'bearer', session, token: () => token };
}
