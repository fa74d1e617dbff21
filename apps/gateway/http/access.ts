import { applyDecorators, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';

/**
 * Who may call a route. Without a decorator it is `user`: a browser that signed in, or a Kubernetes token. The guard of
 * access/ asks for the credential on every route of Nest.
 */
export type Access = 'user' | 'token' | 'guest' | 'public';

const ACCESS = 'kube-gateway:access';
const ANY_HOST = 'kube-gateway:any-host';
const QUESTION = 'kube-gateway:question';

type Decorator = ClassDecorator & MethodDecorator;

/** The route needs no credential: pages, links, sign-in, health, public keys. */
export function Public(): Decorator {
  return applyDecorators(SetMetadata(ACCESS, 'public'), SetMetadata('swagger/apiSecurity', []));
}

/** The route needs a grant: the cookie that a link has set, or a JWT. */
export function ForGuests(): Decorator {
  return applyDecorators(SetMetadata(ACCESS, 'guest'), ApiSecurity('grant-cookie'), ApiSecurity('grant-token'));
}

/** The route needs a Kubernetes token in `Authorization`: a sign-in cookie is not enough. */
export function ForTokens(): Decorator {
  return applyDecorators(SetMetadata(ACCESS, 'token'), ApiSecurity('kubernetes-token'));
}

/** The route answers at every address of the gateway, not only at its public URLs: probes and programs call it. */
export function AnyHost(): Decorator {
  return SetMetadata(ANY_HOST, true);
}

export function isForAnyHost(context: ExecutionContext): boolean {
  return [context.getHandler(), context.getClass()].some((target) => Reflect.hasMetadata(ANY_HOST, target));
}

/**
 * Own pages ask this to find out whether anyone has a credential: without one, it is no attempt at anything, and has no
 * line in the audit log.
 */
export function AskedByPages(): MethodDecorator {
  return SetMetadata(QUESTION, true);
}

export function isAskedByPages(context: ExecutionContext): boolean {
  return Reflect.hasMetadata(QUESTION, context.getHandler());
}

export function accessOf(context: ExecutionContext): Access {
  const read = (target: object): Access | undefined => Reflect.getMetadata(ACCESS, target) as Access | undefined;
  return read(context.getHandler()) ?? read(context.getClass()) ?? 'user';
}
