import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { Upstream } from '#libs/kube';
import { type ApiRequest } from '#libs/policy';
import { type UpstreamIdentity } from '../credentials/identities.js';
import { Answers } from '../http/answers.js';
import { RequestLog } from '../http/request-log.js';
import { FastLane } from './fast-lane.js';
import { GeneralLane } from './general-lane.js';

/** How long the API server may be silent before the head of its answer; what it does in its own time takes less. */
const SILENCE_MS = 60_000;

/** Sends allowed requests to the Kubernetes API, each by the lane that is for it. What goes and comes is the same. */
@Injectable()
export class Forwarder {
  readonly #fast: FastLane;
  readonly #general: GeneralLane;

  constructor(
    upstream: Upstream,
    answers: Answers,
    @Inject(RequestLog) log: Pick<RequestLog, 'answerTo'>,
    @Optional() silenceMs = SILENCE_MS,
  ) {
    this.#fast = new FastLane(upstream, answers, log, silenceMs);
    this.#general = new GeneralLane(upstream, answers, log, silenceMs);
  }

  /** Forwards a request; the answer goes to `res`, whatever happens. */
  web(
    req: IncomingMessage,
    res: ServerResponse,
    request: ApiRequest,
    identity: UpstreamIdentity,
  ): Promise<void> | undefined {
    if (!this.#fast.takes(request, req.headers)) return this.#general.web(req, res, request, identity);
    this.#fast.web(req, res, request, identity);
    return undefined;
  }

  /**
   * Forwards an upgrade other than a console: the sockets are joined as they are, and neither outlives the other.
   * @returns the status of the answer: 101 if it was upgraded
   */
  upgrade(...upgrade: Parameters<GeneralLane['upgrade']>): Promise<number> {
    return this.#general.upgrade(...upgrade);
  }

  async close(): Promise<void> {
    this.#general.close();
    await this.#fast.close();
  }
}
