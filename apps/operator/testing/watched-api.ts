import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type KubeObject } from '#libs/kube';
import { json, TestServer } from '../../../libs/kube/testing/server.js';
import { type Manifest } from '../cluster/manifest.js';

const STREAM = { 'content-type': 'application/json' };

/** An API server of a few objects, with watches: what several replicas share. Objects are known by their paths. */
export class WatchedApi {
  readonly objects = new Map<string, Manifest>();
  readonly writes: string[] = [];
  lists = 0;
  readonly #watches = new Map<string, Set<ServerResponse>>();
  readonly #events: { folder: string; version: number; line: string }[] = [];
  #version = 1;
  #server: TestServer | undefined;

  static async start(): Promise<WatchedApi> {
    const api = new WatchedApi();
    api.#server = await TestServer.start((req, res, body) => api.#answer(req, res, body));
    return api;
  }

  get upstream() {
    if (!this.#server) throw new Error('not started');
    return this.#server.upstream;
  }

  close(): Promise<void> | undefined {
    return this.#server?.close();
  }

  put(path: string, object: KubeObject): Manifest {
    const old = this.objects.get(path);
    const { uid = `uid-${this.#version}`, creationTimestamp } = old?.metadata ?? {};
    const created = creationTimestamp ?? object.metadata.creationTimestamp ?? new Date().toISOString();
    const metadata = {
      ...object.metadata,
      uid,
      creationTimestamp: created,
      resourceVersion: `${(this.#version += 1)}`,
    };
    const stored = { ...object, metadata } as Manifest;
    this.objects.set(path, stored);
    this.#tell(path, old ? 'MODIFIED' : 'ADDED', stored);
    return stored;
  }

  remove(path: string): void {
    const old = this.objects.get(path);
    this.objects.delete(path);
    if (old)
      this.#tell(path, 'DELETED', {
        ...old,
        metadata: { ...old.metadata, resourceVersion: `${(this.#version += 1)}` },
      });
  }

  #tell(path: string, type: string, object: Manifest): void {
    const [folder, line] = [folderOf(path), `${JSON.stringify({ type, object })}\n`];
    this.#events.push({ folder, version: this.#version, line });
    for (const res of this.#watches.get(folder) ?? []) res.write(line);
  }

  #answer({ method = 'GET', url = '' }: IncomingMessage, res: ServerResponse, body: string): void {
    const { pathname: path, searchParams: query } = new URL(url, 'http://x');
    if (method === 'GET')
      return query.has('watch') ? this.#watch(path, Number(query.get('resourceVersion')), res) : this.#list(path, res);
    const sent = (body ? JSON.parse(body) : undefined) as Manifest;
    this.#write(method, method === 'POST' ? `${path}/${sent.metadata.name}` : path, sent, res);
  }

  #list(path: string, res: ServerResponse): void {
    this.lists += 1;
    const items = [...this.objects].filter(([one]) => folderOf(one) === path).map(([, object]) => object);
    json(res, { metadata: { resourceVersion: `${this.#version}` }, items });
  }

  #watch(path: string, after: number, res: ServerResponse): void {
    const open = this.#watches.get(path) ?? new Set();
    this.#watches.set(path, open.add(res));
    res.once('close', () => open.delete(res));
    res.writeHead(200, STREAM).flushHeaders();
    for (const { folder, version, line } of this.#events) if (folder === path && version > after) res.write(line);
  }

  #write(method: string, path: string, sent: Manifest, res: ServerResponse): void {
    const old = this.objects.get(path);
    const stale = method === 'PUT' && old?.metadata.resourceVersion !== sent.metadata.resourceVersion;
    if ((method === 'POST' && old) || stale) return refuse(res, 409);
    if (method !== 'POST' && !old) return refuse(res, 404);
    this.writes.push(`${method} ${path}`);
    if (method === 'DELETE') this.remove(path);
    json(res, method === 'DELETE' ? {} : this.put(path, method === 'PATCH' ? applied(old, sent) : sent));
  }
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const refuse = (res: ServerResponse, code: number): void =>
  json(res, { kind: 'Status', code, message: `refused with ${code}` }, code);

interface Hook {
  name: string;
  clientConfig: object;
}

/** Server-side apply of webhook configurations. */
function applied(old: Manifest | undefined, sent: Manifest): Manifest {
  const hooks = (sent['webhooks'] ?? []) as Hook[];
  const webhooks = ((old?.['webhooks'] ?? []) as Hook[]).map((hook) => {
    const change = hooks.find(({ name }) => name === hook.name);
    return { ...hook, clientConfig: { ...hook.clientConfig, ...change?.clientConfig } };
  });
  return { ...sent, webhooks };
}
