import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Request } from 'express';
import { type UserClient, type UserClients } from '#libs/kube';
import { type SignedIn } from '../sign-in/signed-in-users.js';

/** A signed-in user and a client that has their rights and no others. */
export interface User extends SignedIn {
  readonly client: UserClient;
}

const USERS = new WeakMap<Request, User>();

/** Remembers who made a request; AccessGuard alone calls it. */
export function setUser(request: Request, signedIn: SignedIn, clients: UserClients): void {
  const client = clients.of(() => signedIn.token());
  USERS.set(request, { ...signedIn, client });
}

/** The user of the request, on a route for users or tokens. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): User => {
  const user = USERS.get(context.switchToHttp().getRequest<Request>());
  if (user === undefined) throw new Error('CurrentUser on a route that is not for users');
  return user;
});
