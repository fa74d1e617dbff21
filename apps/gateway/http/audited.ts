import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { type Request, type Response } from 'express';
import { type Observable, tap } from 'rxjs';
import { type AuditedAction, auditedGrant, type AuditWhat } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { RequestLog } from './request-log.js';

const AUDITED = 'kube-gateway:audited';

/** What only the answer of a route says. */
export interface Told {
  /** Name of what was created. */
  readonly name?: string;
  /** Who signed in. */
  readonly user?: string;
  /** Why the answer is a no, though its status is 200. */
  readonly problems?: readonly string[];
  /** There is nothing to tell. */
  readonly silent?: boolean;
}

export interface AuditedRoute {
  readonly audit: AuditedAction;
  /** Absent: the parameter `action` of the route. */
  readonly verb?: string;
  readonly resource?: string;
  /** What the body asks for, in the words of a GateToken, where the route issues one. The body may be malformed. */
  readonly grantOf?: (body: unknown) => unknown;
  readonly told?: (answer: never) => Told;
}

/**
 * Tells RequestLog what a request of an `@Audited()` route does, and that it was done. RefusalFilter tells it what was
 * refused. Never global: Nest sends the head of an event stream too soon under an interceptor.
 */
@Injectable()
class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly log: RequestLog,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'namespace'>,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const route = Reflect.getMetadata(AUDITED, context.getHandler()) as AuditedRoute;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const grant = route.grantOf && auditedGrant(route.grantOf(request.body));
    this.log.acts(request, { audit: route.audit, what: this.whatOf(request, route), grant });
    const { statusCode: code } = http.getResponse<Response>();
    return next.handle().pipe(tap((answer) => this.done(request, code, route.told?.(answer as never) ?? {})));
  }

  /** The parameters as the client wrote them: they may be what is refused. */
  private whatOf({ params, body }: Request, { verb, resource }: AuditedRoute): AuditWhat {
    const { ns, name, vm, action } = params as Record<string, string | undefined>;
    if (resource === undefined) return { verb: verb ?? '' };
    const asked = (body as { name?: unknown } | undefined)?.name;
    const named = name ?? vm ?? (typeof asked === 'string' ? asked : undefined);
    return { verb: verb ?? action ?? '', resource, namespace: ns ?? this.config.namespace, name: named };
  }

  private done(request: Request, code: number, { name, user, problems, silent }: Told): void {
    if (silent === true) return;
    const more = { ...(name === undefined ? {} : { what: { name } }), who: user === undefined ? undefined : { user } };
    const why = problems?.join(' ');
    this.log.acted(
      request,
      why === undefined ? { outcome: 'allowed', code } : { outcome: 'refused', code, rule: 'check', why },
      more,
    );
  }
}

/** Each request of this route has a line in the audit log, whatever comes of it. Its module imports HttpModule. */
export function Audited(route: AuditedRoute): MethodDecorator {
  return applyDecorators(SetMetadata(AUDITED, route), UseInterceptors(AuditInterceptor));
}
