import { Inject, Injectable } from '@nestjs/common';
import { type Logger, LOGGER } from '#libs/ops';
import { Metrics } from './metrics.js';

export interface Denial {
  /** `page`: links, sign-in and the REST API. */
  readonly door: 'http' | 'upgrade' | 'page';
  readonly method: string;
  /** The raw target: the query is cut off, since it can hold a token. */
  readonly url: string;
  readonly address: string;
  readonly refusal: { readonly code: number; readonly reason: string; readonly message: string };
}

/** One line for each auditable event. The logger redacts; even so, it is never given a token. */
@Injectable()
export class Audit {
  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly metrics: Metrics,
  ) {}

  denied({ door, method, url, address, refusal }: Denial): void {
    this.metrics.denied(refusal.code, refusal.reason);
    const path = url.split('?', 1)[0]?.slice(0, 300);
    const { code, message: why } = refusal;
    this.log.warn({ audit: 'deny', door, method, path, address, code, why }, 'denied');
  }

  /** A link was redeemed: which one, and by whom. */
  redeemed(what: { token: string; address: string; how: 'link' | 'jwt'; singleUse: boolean }): void {
    this.log.info({ audit: 'redeem', ...what }, 'redeemed');
  }

  issued(what: { token: string; namespace: string; address: string; by: string }): void {
    this.log.info({ audit: 'issue', ...what }, 'issued');
  }

  opened(what: { session: string; who: string; vm: string; kind: string; address: string }): void {
    this.log.info({ audit: 'open', ...what }, 'console opened');
  }

  ended(what: {
    session: string;
    who: string;
    vm: string;
    kind: string;
    code: number;
    reason: string;
    byViewer?: true;
    bytesIn: number;
    bytesOut: number;
  }): void {
    this.metrics.consoleEnded(what.byViewer ? undefined : what.code);
    this.log.info({ audit: 'end', ...what }, 'console ended');
  }

  /**
   * A bug in the gateway or a fault below it that nothing else handles.
   * @param id leads from the answer to this line
   */
  fault(where: string, error: unknown, id?: string): void {
    this.log.error({ where, ...(id === undefined ? {} : { id }), err: error }, 'unexpected error');
  }

  /** Why the API server, or the web application, failed the request whose answer shows this ID. */
  outage(where: string, error: unknown, id: string): void {
    this.log.warn({ where, id, err: error }, 'a server behind the gateway failed');
  }
}
