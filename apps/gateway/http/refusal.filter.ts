import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
  Injectable,
  NotFoundException,
} from '@nestjs/common';
import { type Request, type Response } from 'express';
import { GarbageError, KubeError, NetworkError } from '#libs/kube';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Answers } from './answers.js';
import { nothingAt } from './nothing-at.js';
import { foreignHost } from './public-url.js';
import { isRefusalCode, Refusal } from './refusal.js';
import { RequestLog } from './request-log.js';

/**
 * Statuses by which the cluster refuses how a request was made: 406 its Accept, 415 its Content-Type. The gateway chose
 * both, so the user's own request is not at fault and they see a 502.
 */
const FORM_REFUSED = new Set([406, 415]);

const PERSISTS = "Try again in a moment. If the error persists, contact the cluster's administrator.";

/** Turns a controller's errors into what the caller may see: Kubernetes' answers pass, unknown errors become opaque. */
@Injectable()
@Catch()
export class RefusalFilter implements ExceptionFilter {
  constructor(
    private readonly answers: Answers,
    private readonly requests: RequestLog,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const refusal = this.requests.answerTo('page', this.toRefusal(error, request));
    this.requests.answered(request, refusal);
    this.answers.refuse(request, http.getResponse<Response>(), refusal);
  }

  /** @returns the error itself if it is unexpected */
  private toRefusal(error: unknown, request: Request): unknown {
    if (error instanceof Refusal) return error;
    if (error instanceof KubeError) return this.fromCluster(error);
    if (error instanceof NetworkError) {
      return new Refusal(502, 'The Kubernetes API did not respond.', 'Try again in a moment.', { cause: error });
    }
    if (error instanceof GarbageError) {
      return new Refusal(502, "The Kubernetes API's response could not be read.", PERSISTS, { cause: error });
    }
    if (error instanceof NotFoundException) return foreignHost(request, this.config) ?? nothingAt(request);
    return unreadable(error) ?? error;
  }

  /** A Status passes as it is. Plain text, and codes that the gateway has no status for, become a sentence. */
  private fromCluster(error: KubeError): Refusal {
    const { code, reason, retryAfterMs: wait } = error;
    if (FORM_REFUSED.has(code)) {
      const happened = `The cluster rejected the format of the gateway's request (HTTP ${code}).`;
      return new Refusal(502, happened, 'This is a bug in the gateway: report it to your administrator.', {
        cause: error,
      });
    }
    if (!isRefusalCode(code)) return new Refusal(502, ...failed(error), { cause: error });
    const retry = wait === undefined ? {} : { retryAfter: Math.ceil(wait / 1000) };
    const [message, hint] = error.status.plain ? failed(error) : [oneLine(error.message), ''];
    const { details } = error.status;
    return new Refusal(code, message, hint, { reason, rule: 'kubernetes', ...retry, ...(details && { details }) });
  }
}

/** What happened and what to do when the cluster's answer is not a Status. */
function failed({ message, code }: KubeError): [message: string, hint: string] {
  const text = /^\s*<[!a-z]/i.test(message) ? message.replace(/<[^<>]{0,500}>/g, ' ') : message;
  const why = oneLine(text).replace(/\.$/, '') || `HTTP ${code}`;
  return [`The cluster answered with an error: ${why}.`, PERSISTS];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/**
 * Nest wraps the errors of Express and its body parsers, which mean that the request cannot be read.
 * @returns undefined for other errors
 */
function unreadable(error: unknown): Refusal | undefined {
  if (!(error instanceof HttpException) || error.getStatus() >= 500) return undefined;
  const cause: { limit?: unknown } = error.cause ?? {};
  if (cause instanceof URIError) {
    return new Refusal(400, 'This address cannot be read.', 'Check that you copied all of it.');
  }
  if (error.getStatus() === 413) {
    return new Refusal(413, `The request body is larger than ${String(cause.limit)} bytes.`, 'Send a smaller one.');
  }
  return new Refusal(400, `The request body cannot be read: ${error.message}.`, 'Correct it and send it again.');
}
