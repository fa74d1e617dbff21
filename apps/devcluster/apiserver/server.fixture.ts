import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type Options, type Running, startApiServer } from './server.js';
import { type KubeObject } from './types.js';

/** Whatever the server answered; fields are read as tests need them. */
export type Answer = KubeObject & {
  code?: number;
  reason?: string;
  message?: string;
  details?: { causes?: { field?: string; message?: string; reason?: string }[]; [field: string]: unknown };
  items: KubeObject[];
};

export interface Ask {
  token?: string;
  type?: string;
  headers?: Record<string, string>;
}

export interface WatchEvent {
  type: string;
  object: KubeObject & { code?: number };
}

const TOKENS = [
  'admin,admin,1,"system:masters"',
  'dev,dev,2,"devs"',
  'helper,helper,3,',
  'impersonator,impersonator,4,',
].join('\n');

export const merge = 'application/merge-patch+json';
export const applyYaml = 'application/apply-patch+yaml';

/** A server of its own for one spec, and a client that speaks as the holder of a static token. */
export class TestServer {
  #running!: Running;
  #agent!: Agent;

  private constructor(readonly data: string) {}

  static async start(options: Partial<Options> = {}): Promise<TestServer> {
    const server = new TestServer(options.data ?? mkdtempSync(join(tmpdir(), 'apiserver-')));
    writeFileSync(join(server.data, 'tokens.csv'), TOKENS);
    await server.open(options);
    return server;
  }

  async open(options: Partial<Options> = {}): Promise<void> {
    this.#running = await startApiServer({ port: 0, ...options, data: this.data });
    this.#agent = new Agent({ ca: readFileSync(this.#running.pki.ca), keepAlive: true });
  }

  /** Stops the server and keeps its data. */
  async close(): Promise<void> {
    this.#agent.destroy();
    await this.#running.stop();
  }

  async stop(): Promise<void> {
    await this.close();
    rmSync(this.data, { recursive: true });
  }

  get pki(): Running['pki'] {
    return this.#running.pki;
  }

  get port(): number {
    return this.#running.port;
  }

  async raw(
    method: string,
    path: string,
    body?: unknown,
    { token = 'admin', type = 'application/json', headers = {} }: Ask = {},
  ): Promise<{ code: number; body: string; type: string; warnings: string[] }> {
    const content = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const sent = httpsRequest({
      host: '127.0.0.1',
      port: this.port,
      path,
      method,
      agent: this.#agent,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        'content-type': type,
        'content-length': Buffer.byteLength(content),
        ...headers,
      },
    });
    sent.end(content);
    const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    return {
      code: answer.statusCode ?? 0,
      body: await text(answer),
      type: answer.headers['content-type'] ?? '',
      warnings: answer.headersDistinct['warning'] ?? [],
    };
  }

  async ask(method: string, path: string, body?: unknown, options: Ask = {}): Promise<Answer> {
    return JSON.parse((await this.raw(method, path, body, options)).body) as Answer;
  }

  get = (path: string, options?: Ask): Promise<Answer> => this.ask('GET', path, undefined, options);
  post = (path: string, body: unknown, options?: Ask): Promise<Answer> => this.ask('POST', path, body, options);
  put = (path: string, body: unknown, options?: Ask): Promise<Answer> => this.ask('PUT', path, body, options);
  delete = (path: string, body?: unknown): Promise<Answer> => this.ask('DELETE', path, body);
  patch = (path: string, body: unknown, type = merge): Promise<Answer> => this.ask('PATCH', path, body, { type });
  apply = (path: string, body: unknown, manager: string, force = false): Promise<Answer> =>
    this.ask('PATCH', `${path}?fieldManager=${manager}${force ? '&force=true' : ''}`, body, { type: applyYaml });

  /** The events of a watch, one by one; `end` cuts it. */
  async watch(path: string): Promise<{ next: () => Promise<WatchEvent | undefined>; end: () => void }> {
    const sent = httpsRequest({
      host: '127.0.0.1',
      port: this.port,
      path,
      headers: { authorization: 'Bearer admin' },
      ca: readFileSync(this.pki.ca),
      agent: false,
    });
    sent.on('error', () => undefined);
    sent.end();
    const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    answer.on('error', () => undefined);
    const lines = createInterface({ input: answer })[Symbol.asyncIterator]();
    return {
      end: () => sent.destroy(),
      async next() {
        const line = await lines.next().catch(() => ({ done: true as const, value: undefined }));
        return line.done ? undefined : (JSON.parse(line.value) as WatchEvent);
      },
    };
  }
}

export const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

/** A CRD `things.example.org`: `spec.size` with a default, `spec.conditions` as a map by type, a status subresource. */
export const thingCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', shortNames: ['th'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  size: { type: 'integer', default: 1, minimum: 1 },
                  name: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
                  parts: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                    items: {
                      type: 'object',
                      required: ['type'],
                      properties: { type: { type: 'string' }, value: { type: 'string' } },
                    },
                  },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};

export const thing = (name: string, spec: object = {}, metadata: object = {}): object => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name, ...metadata },
  spec,
});

export const THINGS = '/apis/example.org/v1/namespaces/default/things';
export const MAPS = '/api/v1/namespaces/default/configmaps';
