import { text } from 'node:stream/consumers';

import { makeCa, makeCertificate } from '#libs/pki';

import { listen } from '../../aggregation/fixture.js';
import { type Fields } from '../../types.js';

export interface Seen {
  /** Path and query. */
  url: string;
  request: Fields & { uid: string; operation: string; object: Fields | null; oldObject: Fields | null };
}

/** What a webhook answers: fields of the AdmissionReview's response; `raw` stands for a whole body of a status `code`. */
export type Response = Fields & { raw?: string; code?: number; patch?: unknown[]; hang?: boolean };

type Answerer = (request: Seen['request']) => Response | Promise<Response>;

/** A server of webhooks: each path answers as it was told. */
export class HookServer {
  readonly seen: Seen[] = [];
  readonly #answers = new Map<string, Answerer>();
  #close!: () => Promise<void>;

  private constructor(readonly caBundle: string) {}

  port = 0;

  /** @param now when its certificate was issued */
  static async start(now = new Date()): Promise<HookServer> {
    const ca = await makeCa({ cn: 'test' });
    const serving = await makeCertificate(ca, { cn: 'hook', dns: ['hook.default.svc'], ips: ['127.0.0.1'], now });
    const server = new HookServer(Buffer.from(ca.cert).toString('base64'));
    const listening = await listen({ cert: serving.cert, key: serving.key }, (req, res) => {
      void text(req).then(async (body) => {
        const { request } = JSON.parse(body) as { request: Seen['request'] };
        server.seen.push({ url: req.url ?? '', request });
        const { raw, code = 200, hang, patch, ...response } = await server.#answer(req.url ?? '', request);
        if (hang) return;
        res.writeHead(code, { 'content-type': 'application/json' });
        res.end(raw ?? review(request.uid, { ...(patch ? jsonPatch(patch) : {}), ...response }));
      });
    });
    server.port = listening.port;
    server.#close = () => listening.close();
    return server;
  }

  /** The next configuration's webhooks at this path answer so. */
  answer(path: string, response: Response | Answerer): void {
    this.#answers.set(path, typeof response === 'function' ? response : () => response);
  }

  /** A webhook of a configuration that wants objects labelled `hook: yes`. */
  hook(path: string, more: Fields = {}): Fields {
    return {
      name: `${path.slice(1)}.example.org`,
      clientConfig: { url: `https://127.0.0.1:${this.port}${path}`, caBundle: this.caBundle },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }],
      objectSelector: { matchLabels: { hook: 'yes' } },
      ...more,
    };
  }

  /** The requests since the last call. */
  take(): Seen[] {
    return this.seen.splice(0);
  }

  stop(): Promise<void> {
    return this.#close();
  }

  #answer(url: string, request: Seen['request']): Response | Promise<Response> {
    return this.#answers.get(url.split('?')[0] ?? '')?.(request) ?? {};
  }
}

const review = (uid: string, response: Fields): string =>
  JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: true, ...response },
  });

const jsonPatch = (operations: unknown[]): Fields => ({
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
