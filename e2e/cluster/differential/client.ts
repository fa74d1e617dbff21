import { type IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type RequestStep, type UpgradeStep, type Until, type WatchStep } from './steps.js';
import { valueAt, type Variables } from './values.js';

export interface Answer {
  code: number;
  headers: Record<string, unknown>;
  body: unknown;
}

const HEADERS = ['content-type', 'warning', 'allow', 'location', 'retry-after', 'www-authenticate'];
const PATIENCE_MS = 40_000;
/** Between two tries: long enough to leave the processors to the servers. */
const PAUSE_MS = 50;

/** Speaks to one of the two servers, byte for byte as a step says. */
export class Client {
  readonly #watches = new Map<string, Watch>();
  readonly #agent: Agent;

  constructor(
    readonly url: string,
    readonly ca: string,
    readonly variables: Variables,
  ) {
    this.#agent = new Agent({ ca, keepAlive: true });
  }

  /** Sends a request; where the step waits for something, again and again until it is there. */
  async send(step: RequestStep): Promise<Answer> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.#once(step);
      if (!step.until || meets(answer, step.until)) {
        this.variables.save(answer.body, step.save);
        return answer;
      }
      if (performance.now() > deadline) {
        throw new Error(`${this.url} never came to ${JSON.stringify(step.until)}: ${JSON.stringify(answer)}`);
      }
      await pause(PAUSE_MS);
    }
  }

  async #once(step: RequestStep): Promise<Answer> {
    const content = this.#content(step);
    const response = await this.#request(step.method, step, content, {
      ...(content === undefined ? {} : { 'content-type': step.type, 'content-length': Buffer.byteLength(content) }),
    });
    const body = await text(response);
    return { code: response.statusCode ?? 0, headers: headersOf(response), body: parsed(response, body) };
  }

  #content({ body }: RequestStep): string | undefined {
    if (body === undefined) return undefined;
    const filled = this.variables.fill(body);
    return typeof filled === 'string' ? filled : JSON.stringify(filled);
  }

  #request(
    method: string,
    { path, as, headers, accept }: Pick<RequestStep, 'path' | 'as' | 'headers' | 'accept'>,
    content?: string,
    more: Record<string, string | number> = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.url}${this.variables.text(path)}`,
        {
          method,
          agent: this.#agent,
          headers: {
            'user-agent': 'differential',
            ...(as === 'none' ? {} : { authorization: `Bearer ${this.variables.text(as)}` }),
            ...(accept === undefined ? {} : { accept }),
            ...more,
            ...(this.variables.fill(headers) as Record<string, string>),
          },
        },
        resolve,
      );
      sent.once('error', reject);
      sent.end(content);
    });
  }

  async open(step: WatchStep): Promise<Answer> {
    const response = await this.#request('GET', step);
    this.#watches.set(step.watch, new Watch(response));
    return { code: response.statusCode ?? 0, headers: headersOf(response), body: undefined };
  }

  async events(name: string, count: number | 'all'): Promise<unknown[]> {
    const watch = this.#watches.get(name);
    if (!watch) throw new Error(`no watch "${name}" was opened`);
    this.#watches.delete(name);
    return watch.take(count);
  }

  /** What a websocket met: the refusal, or the protocol, the answer and the close. */
  upgrade({ path, as, headers, protocols, send }: UpgradeStep): Promise<Answer> {
    const socket = new WebSocket(`${this.url.replace('https', 'wss')}${this.variables.text(path)}`, protocols, {
      ca: this.ca,
      headers: { ...headers, ...(as === 'none' ? {} : { authorization: `Bearer ${as}` }) },
    });
    return new Promise((resolve, reject) => {
      const heard: string[] = [];
      socket.on('open', () => socket.send(send));
      socket.on('message', (data: Buffer) => heard.push(data.toString('utf8')));
      socket.on('close', (code, reason) => {
        const body = { protocol: socket.protocol, heard, code, reason: reason.toString('utf8') };
        resolve({ code: 101, headers: {}, body });
      });
      socket.on('unexpected-response', (_request, response: IncomingMessage) => {
        text(response).then(
          (body) =>
            resolve({ code: response.statusCode ?? 0, headers: headersOf(response), body: parsed(response, body) }),
          reject,
        );
      });
      socket.on('error', reject);
    });
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.end();
    this.#agent.destroy();
  }
}

/** The lines of a stream, as they come. */
class Watch {
  readonly #response: IncomingMessage;
  readonly #lines: AsyncIterator<string>;

  constructor(response: IncomingMessage) {
    this.#response = response;
    response.on('error', () => undefined);
    this.#lines = createInterface({ input: response })[Symbol.asyncIterator]();
  }

  async take(count: number | 'all'): Promise<unknown[]> {
    const out: unknown[] = [];
    while (count === 'all' || out.length < count) {
      const line = await this.#lines.next();
      if (line.done) break;
      const event = JSON.parse(line.value) as unknown;
      if (!isPlainBookmark(event)) out.push(event);
    }
    this.end();
    return out;
  }

  end(): void {
    this.#response.destroy();
  }
}

/** A server sends these when it likes; only the one that ends the initial events has its place. */
const isPlainBookmark = (event: unknown): boolean =>
  valueAt(event, 'type') === 'BOOKMARK' && valueAt(event, 'object.metadata.annotations') === undefined;

function meets({ code, body }: Answer, until: Until): boolean {
  if (until.code !== undefined && until.code !== code) return false;
  return until.path === undefined || JSON.stringify(valueAt(body, until.path)) === JSON.stringify(until.is);
}

const headersOf = ({ headers }: IncomingMessage): Record<string, unknown> =>
  Object.fromEntries(HEADERS.filter((name) => headers[name] !== undefined).map((name) => [name, headers[name]]));

function parsed({ headers }: IncomingMessage, body: string): unknown {
  if (!(headers['content-type'] ?? '').includes('json') || !body) return body;
  return JSON.parse(body) as unknown;
}
