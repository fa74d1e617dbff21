import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
  Injectable,
  Logger,
} from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { type Request, type Response } from 'express';
import { KubeError, NetworkError } from '#libs/kube';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Audit } from '../ops/audit.js';
import { Answers } from './answers.js';
import { clientAddress } from './client-address.js';
import { Refusal, refusalCode } from './refusal.js';

/** Statuses that mean that somebody knocked in vain. */
const DENIALS = new Set([401, 403, 410, 425]);

/** Every error of a controller as the caller may see it: Kubernetes' own answers pass, unknown ones become opaque. */
@Injectable()
@Catch()
export class RefusalFilter implements ExceptionFilter {
  private readonly log = new Logger('rest');

  constructor(
    private readonly answers: Answers,
    private readonly audit: Audit,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const refusal = this.toRefusal(error);
    this.note(request, refusal);
    this.answers.refuse(request, http.getResponse<Response>(), refusal);
  }

  private note({ method, originalUrl: url, headers, socket }: Request, refusal: Refusal): void {
    if (!DENIALS.has(refusal.code)) return;
    const address = clientAddress(socket.remoteAddress, headers['x-forwarded-for'], this.config.trustedHops);
    this.audit.denied({ door: 'page', method, url, address, refusal });
  }

  private toRefusal(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (error instanceof KubeError) {
      const { code, reason, retryAfterMs: wait } = error;
      const seconds = wait === undefined ? undefined : Math.ceil(wait / 1000);
      return new Refusal(refusalCode(code), readable(error), '', reason, seconds);
    }
    if (error instanceof NetworkError) {
      return new Refusal(502, 'The Kubernetes API does not answer.', 'Try again in a moment.');
    }
    if (error instanceof Error && 'type' in error && error.type === 'entity.parse.failed') {
      return new Refusal(
        400,
        `The body of the request is not JSON: ${error.message}.`,
        'Correct it and send it again.',
      );
    }
    const status = statusOf(error);
    if (status !== undefined && status < 500) return new Refusal(refusalCode(status), (error as Error).message);
    const id = randomUUID();
    this.log.error({ id, err: error }, 'unexpected error');
    return new Refusal(500, `An unexpected error happened (${id}).`, "Look for this number in the gateway's log.");
  }
}

/** What came as plain text (KubeVirt) or as a page (a proxy between) in one line. */
function readable({ message, code }: KubeError): string {
  const text = /^\s*<[!a-z]/i.test(message) ? message.replace(/<[^<>]{0,500}>/g, ' ') : message;
  return text.replace(/\s+/g, ' ').trim() || `HTTP ${code}`;
}

/** Nest's own exceptions (404 of an unknown route) and those of body-parser (413, 400). */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return undefined;
}
