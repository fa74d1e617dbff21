import { type V1ResourceRule } from '@kubernetes/client-node';
import { type IncomingMessage, request } from 'node:http';
import { Status } from '#libs/api/rest';
import { SealedCookie, SIGN_IN_COOKIE } from '../sign-in/sealed-cookie.js';
import { readConfig } from '../config/config.js';
import { type Call, call, PUBLIC_HOST, type Reply } from './clients.js';
import { json } from './fake-api.js';
import { BASE_ENV, type TestCluster } from './gateway.js';

export const OWN_ORIGIN = 'https://gate.example.com';
export const EVERYTHING: V1ResourceRule[] = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];

/** The cookie of a person who signed in with this token. */
export async function signedIn(token: string): Promise<string> {
  const content = { token, username: 'ada', groups: ['devs'], method: 'token', session: token } as const;
  const until = Date.now() + 3_600_000;
  return `${SIGN_IN_COOKIE}=${await new SealedCookie(readConfig(BASE_ENV)).seal({ ...content, groups: ['devs'], until })}`;
}

/** Answers of the API server that its store does not give, by `METHOD end-of-path`. */
export type Canned = Record<string, { code?: number; body?: unknown; text?: string }>;

/** The fake API server knows `ada` with these rules, nobody under the token `ended`, and what is canned. */
export function serveUsers({ api }: TestCluster, canned: Canned = {}, rules: V1ResourceRule[] = EVERYTHING): void {
  api.answer = (req, res) => {
    const path = req.url?.split('?')[0] ?? '';
    const found = Object.entries(canned).find(([key]) => {
      const [method, end = ''] = key.split(' ');
      return req.method === method && path.endsWith(end);
    })?.[1];
    if (found?.text !== undefined) {
      res.writeHead(found.code ?? 500, { 'content-type': 'text/plain; charset=utf-8' }).end(found.text);
    } else if (found !== undefined) json(res, found.body ?? {}, found.code);
    else if (req.headers.authorization === 'Bearer ended') json(res, failure(401, 'Unauthorized'), 401);
    else if (path.endsWith('/selfsubjectreviews')) {
      json(res, { status: { userInfo: { username: 'ada', groups: ['devs'] } } }, 201);
    } else if (path.endsWith('/selfsubjectrulesreviews')) json(res, { status: { resourceRules: rules } }, 201);
    else return false;
    return true;
  };
}

export function failure(code: number, message: string, reason = 'Reason'): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message, reason };
}

/** The Status that a refusal answers with. */
export function statusOf({ body }: Reply): Status {
  return Status.parse(JSON.parse(body));
}

/** A request with a JSON body, as a script sends it with a Kubernetes token. */
export function asAda(port: number, method: string, path: string, body?: unknown): Promise<Reply> {
  const headers = { authorization: 'Bearer ada', 'content-type': 'application/json' };
  const sent: Call = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return call(port, `/api/v1${path}`, sent);
}

/** An open stream of server-sent events. */
export interface EventStream {
  readonly status: number;
  readonly ended: Promise<void>;
  /** Everything that has come so far. */
  received(): string;
  close(): void;
}

export function events(port: number, path: string, headers: Record<string, string>): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const req = request(
      { port, host: '127.0.0.1', path, headers: { host: PUBLIC_HOST, ...headers }, agent: false },
      (res: IncomingMessage) => {
        let text = '';
        res.on('data', (data: Buffer) => (text += data.toString()));
        const ended = new Promise<void>((done) => void res.once('close', done));
        resolve({ status: res.statusCode ?? 0, ended, received: () => text, close: () => void req.destroy() });
      },
    );
    req.on('error', (error) => reject(error));
    req.end();
  });
}
