import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Faults } from '../ops/faults.js';
import { type BodyShare, BodyRoom } from './body-room.js';
import { Mutator } from './mutator.js';
import { BodyError, readJson } from './read-json.js';
import { asksNothing, ReviewError } from './review.js';
import { Busy, Turns } from './turns.js';
import { Validator } from './validator.js';

/** The injection token of the limits. */
export const REVIEW_LIMITS = Symbol('ReviewLimits');

export interface ReviewLimits {
  /** Milliseconds of a TLS handshake, and of the headers of a request. */
  openingMs: number;
  /** Reviews at a time about which the API server is asked. */
  atWork: number;
  /** Reviews that wait for that. */
  waiting: number;
  /** Bytes of a body. */
  body: number;
  /** Bytes of all bodies that are read, wait or are decided on. */
  bodies: number;
  /** Bytes of a body for which there always is room. */
  smallBody: number;
  /** Milliseconds in which a body comes. */
  bodyMs: number;
  /** Milliseconds in which there is an answer. */
  answerMs: number;
}

export const LIMITS: ReviewLimits = {
  // Whoever is slower than this is not the API server.
  openingMs: 5_000,
  // Each asks the API server up to 20 questions at a time.
  atWork: 8,
  // A review takes some ten milliseconds: these are decided in a second or two.
  waiting: 200,
  // An update has two objects, and etcd stores none above 1.5 MiB. Of a larger one nobody needs to be asked.
  body: 4 << 20,
  // Parsed, they take several times as much.
  bodies: 32 << 20,
  // Of nearly all GateTokens and GateServers. The connections bound how many there are.
  smallBody: 64 << 10,
  // The API server sends a body at once.
  bodyMs: 2_000,
  // Below the 10 s of the webhook configurations, so that the API server passes our words on.
  answerMs: 8_000,
};

/** How long the rest of a body is awaited that is not wanted. */
const LINGER_MS = 1_000;

type Answer = (body: unknown, signal: AbortSignal) => Promise<object>;

/** Answers the AdmissionReviews of the API server. What cannot be decided is no verdict: the failurePolicy decides then. */
@Injectable()
export class ReviewHandler {
  readonly #turns: Turns;
  readonly #room: BodyRoom;
  readonly #answers: ReadonlyMap<string, Answer>;

  constructor(
    mutator: Mutator,
    validator: Validator,
    private readonly faults: Faults,
    @Inject(REVIEW_LIMITS) private readonly limits: ReviewLimits,
  ) {
    this.#turns = new Turns(limits);
    this.#room = new BodyRoom(limits);
    this.#answers = new Map<string, Answer>([
      ['/mutate', (body) => mutator.answer(body)],
      ['/validate', (body, signal) => validator.answer(body, signal)],
    ]);
  }

  /** Never throws. No body is read of what is refused at once. */
  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [path = ''] = (req.url ?? '').split('?');
    const answer = this.#answers.get(path);
    if (!answer || req.method !== 'POST')
      return refuse(res, 404, 'The operator serves POST /mutate and /validate here.');
    const left = new AbortController();
    res.once('close', () => left.abort(new Error('the client left')));
    const late = AbortSignal.timeout(this.limits.answerMs);
    const signal = AbortSignal.any([left.signal, late]);
    try {
      const review = await this.#decide(req, answer, signal, path === '/mutate');
      reply(res, 200, 'application/json', JSON.stringify(review));
    } catch (error) {
      if (left.signal.aborted) return;
      if (late.aborted)
        this.#give(res, 504, 'The operator could not decide in time. Try again; if that does not help, see its log.');
      else this.#fail(error, res);
    }
  }

  /** What asks the API server nothing takes microseconds: it does not wait behind what asks it hundreds of questions. */
  async #decide(req: IncomingMessage, answer: Answer, signal: AbortSignal, isMutating: boolean): Promise<object> {
    const share = this.#room.share();
    try {
      const body = await this.#read(req, share, signal);
      if (isMutating || asksNothing(body)) return await answer(body, signal);
      return await this.#turns.take(() => answer(body, signal), signal);
    } finally {
      share.free();
    }
  }

  /** Refuses what floods cause, too: one line a minute tells of it. */
  #give(res: ServerResponse, code: number, message: string): void {
    this.faults.count('admission reviews were refused', code);
    refuse(res, code, message);
  }

  async #read(req: IncomingMessage, share: BodyShare, signal: AbortSignal): Promise<unknown> {
    const { body, bodyMs } = this.limits;
    const slow = AbortSignal.timeout(bodyMs);
    try {
      return await readJson(req, body, share, AbortSignal.any([signal, slow]));
    } catch (error) {
      if (slow.aborted && !signal.aborted) throw new BodyError(408, `The review did not come within ${bodyMs} ms.`);
      throw error;
    }
  }

  #fail(error: unknown, res: ServerResponse): void {
    if (error instanceof BodyError) return this.#give(res, error.code, error.message);
    if (error instanceof ReviewError) return refuse(res, 400, error.message);
    if (error instanceof Busy) {
      // The API server tries again by itself, as long as its webhook's timeout lasts.
      res.setHeader('retry-after', '1');
      return this.#give(res, 503, 'The operator is busy with other reviews. Try again in a moment.');
    }
    this.faults.warn(error, 'deciding on an admission review');
    refuse(res, 500, 'The operator could not decide. Try again; if that does not help, see its log.');
  }
}

/** Plain text: the API server shows it to whoever sent the request. */
const refuse = (res: ServerResponse, code: number, message: string): void =>
  reply(res, code, 'text/plain; charset=utf-8', message);

/** Only the API server, which gets reviews decided, keeps its connection. */
function reply(res: ServerResponse, code: number, type: string, text: string): void {
  if (code !== 200) res.shouldKeepAlive = false;
  res.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  if (code === 200 || code === 408 || res.req.complete) return void res.end(text);
  // What is left of a body is thrown away: a connection that ends before may end before its answer has been read, too.
  res.write(text);
  const end = () => res.end();
  const late = setTimeout(end, LINGER_MS);
  res.req.resume().once('end', end);
  res.once('close', () => clearTimeout(late));
}
