import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Request } from 'express';
import { type PresentedGrants } from '../grants/grant-reader.js';

const GRANTS = new WeakMap<Request, PresentedGrants>();

/** Remembers which grants a request brought; AccessGuard alone calls it. */
export function setGrants(request: Request, grants: PresentedGrants): void {
  GRANTS.set(request, grants);
}

/** The grants of the request, good ones and why others are not; the route is `@ForGuests()`. */
export const HeldGrants = createParamDecorator((_: unknown, context: ExecutionContext): PresentedGrants => {
  const grants = GRANTS.get(context.switchToHttp().getRequest<Request>());
  if (grants === undefined) throw new Error('HeldGrants on a route that is not @ForGuests()');
  return grants;
});
