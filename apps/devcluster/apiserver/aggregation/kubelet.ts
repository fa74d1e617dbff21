import { Agent, request } from 'node:https';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex, pipeline } from 'node:stream';
import { text } from 'node:stream/consumers';

import { ApiError, badRequest, notFound } from '../status.js';
import { type KubeObject, type ObjectAccess } from '../types.js';
import { type Address } from './resolve.js';
import { type ClientIdentity } from './transport.js';
import { refuse, relay } from './tunnel.js';

/** The options of `pods/log` that the kubelet is told. */
const FLAGS = ['follow', 'previous', 'timestamps'];
const NUMBERS = ['sinceSeconds', 'tailLines', 'limitBytes'];
const TEXTS = ['sinceTime', 'stream'];

/** What of a pod is to be streamed. */
interface PodStream {
  namespace: string;
  name: string;
  /** exec, attach or portforward. */
  subresource: string;
}

interface PodSpec {
  nodeName?: string;
  containers?: { name: string }[];
  initContainers?: { name: string }[];
  ephemeralContainers?: { name: string }[];
}

interface NodeStatus {
  addresses?: { type: string; address: string }[];
  daemonEndpoints?: { kubeletEndpoint?: { Port?: number } };
}

/** Asks the node's kubelet for `pods/NAME/log`, exec, attach and portforward. */
export class KubeletProxy {
  private agent: Agent | undefined;
  private agentOf = '';

  /** @param identity the certificate that kubelets know this server by (CN kube-apiserver-kubelet-client), PEM */
  constructor(
    private readonly objects: ObjectAccess,
    private readonly identity: () => ClientIdentity,
  ) {}

  /**
   * Streams the log of one container.
   * @throws ApiError for a pod or container that is not there, and odd options
   */
  logs(res: ServerResponse, namespace: string, pod: string, query: URLSearchParams): void {
    const spec = this.pod(namespace, pod);
    const container = containerOf(spec, pod, query.get('container') ?? '');
    const options = logOptions(query);
    if (!spec.nodeName) {
      res.writeHead(200, { 'content-type': 'text/plain' }).end();
      return;
    }
    const address = this.kubelet(spec.nodeName);
    const search = options.size > 0 ? `?${options.toString()}` : '';
    this.stream(res, address, `/containerLogs/${namespace}/${pod}/${container}${search}`);
  }

  /**
   * Passes an upgrade of `pods/exec`, `pods/attach` or `pods/portforward` on to the kubelet, and its answer back.
   * @throws ApiError for a pod or container that is not there, or a pod that has no node yet
   */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, { namespace, name, subresource }: PodStream): void {
    const spec = this.pod(namespace, name);
    const { searchParams: query } = new URL(req.url ?? '/', 'https://localhost');
    const call =
      subresource === 'portforward'
        ? `portForward/${namespace}/${name}`
        : `${subresource}/${namespace}/${name}/${containerOf(spec, name, query.get('container') ?? '')}`;
    if (!spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
    query.delete('container');
    const { host, port } = this.kubelet(spec.nodeName);
    const { authorization: _, ...headers } = req.headers;
    const options = { method: req.method, host, port, path: `/${call}?${query.toString()}`, headers };
    const upstream = request({ ...options, agent: this.tls() });
    const refused = (answer: IncomingMessage): void => void refusedUpgrade(answer).then((error) => fail(socket, error));
    relay(upstream, socket, head, () => undefined, refused);
    upstream.end();
  }

  close(): void {
    this.agent?.destroy();
  }

  /** @throws ApiError 404 */
  private pod(namespace: string, name: string): PodSpec {
    const object = this.objects.get('', 'pods', name, namespace);
    if (!object) throw notFound({ group: '', resource: 'pods' }, name);
    return object.spec ?? {};
  }

  private kubelet(nodeName: string): Address {
    const node = this.objects.get('', 'nodes', nodeName);
    if (!node) throw notFound({ group: '', resource: 'nodes' }, nodeName);
    return addressOf(node);
  }

  private stream(res: ServerResponse, { host, port }: Address, path: string): void {
    const upstream = request({ host, port, path, agent: this.tls() });
    upstream.on('response', (answer) => {
      if ((answer.statusCode ?? 500) >= 300) {
        void refusal(answer).then((error) => this.fail(res, error));
        return;
      }
      res.writeHead(answer.statusCode ?? 200, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
      res.flushHeaders();
      pipeline(answer, res, () => undefined);
    });
    upstream.on('error', (error) => {
      const why = `Get "https://${host}:${port}${path}": ${error.message}`;
      this.fail(
        res,
        new ApiError(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] }),
      );
    });
    res.on('close', () => {
      if (!res.writableFinished) upstream.destroy();
    });
    upstream.end();
  }

  private fail(res: ServerResponse, error: ApiError): void {
    if (res.headersSent) {
      res.destroy();
      return;
    }
    res.writeHead(error.code, { 'content-type': 'application/json' });
    res.end(JSON.stringify(error.body));
  }

  /** A kubelet's certificate is its own: like kube-apiserver without a kubelet CA, it is not verified. */
  private tls(): Agent {
    const { cert, key } = this.identity();
    if (!this.agent || this.agentOf !== cert) {
      this.agent?.destroy();
      this.agent = new Agent({ cert, key, rejectUnauthorized: false, keepAlive: true });
      this.agentOf = cert;
    }
    return this.agent;
  }
}

function addressOf(node: KubeObject): Address {
  const { addresses = [], daemonEndpoints } = (node.status ?? {}) as NodeStatus;
  const host = addresses.find(({ type }) => type === 'InternalIP')?.address ?? addresses[0]?.address;
  const port = daemonEndpoints?.kubeletEndpoint?.Port ?? 10250;
  if (host !== undefined) return { host, port };
  throw new ApiError(
    500,
    'InternalError',
    'Internal error occurred: no preferred addresses found; known addresses: []',
  );
}

function containerOf(spec: PodSpec, pod: string, wanted: string): string {
  const names = (list: { name: string }[] = []): string[] => list.map(({ name }) => name);
  const own = names(spec.containers);
  const init = names(spec.initContainers);
  if (!wanted && own.length === 1) return own[0]!;
  if (!wanted) {
    const which = `choose one of: [${own.join(' ')}]${init.length ? ` or one of the init containers: [${init.join(' ')}]` : ''}`;
    throw badRequest(`a container name must be specified for pod ${pod}, ${which}`);
  }
  if ([...own, ...init, ...names(spec.ephemeralContainers)].includes(wanted)) return wanted;
  throw badRequest(`container ${wanted} is not valid for pod ${pod}`);
}

function logOptions(query: URLSearchParams): URLSearchParams {
  const options = new URLSearchParams();
  for (const name of FLAGS) {
    const value = query.get(name);
    if (value === 'true' || value === '1') options.set(name, 'true');
  }
  for (const name of NUMBERS) {
    const value = query.get(name);
    if (value === null || value === '') continue;
    if (!/^\d+$/.test(value))
      throw badRequest(`${name}: Invalid value: ${JSON.stringify(value)}: must be a whole number, 0 or more`);
    options.set(name, value);
  }
  for (const name of TEXTS) {
    const value = query.get(name);
    if (value) options.set(name, value);
  }
  return options;
}

/** A kubelet that does not upgrade: its words in a Status, as a client's of the real server. */
async function refusedUpgrade(answer: IncomingMessage): Promise<ApiError> {
  const said = (await text(answer).catch(() => '')).trim();
  const why = `unable to upgrade connection: ${said}`;
  return new ApiError(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
}

function fail(socket: Duplex, error: ApiError): void {
  refuse(socket, error.code, JSON.stringify(error.body), 'application/json');
}

/** What the kubelet says goes to the client, with its code. */
async function refusal(answer: IncomingMessage): Promise<ApiError> {
  const said = (await text(answer).catch(() => '')).trim();
  const code = answer.statusCode ?? 500;
  if (code === 400) return badRequest(said);
  if (code === 404) return new ApiError(404, 'NotFound', said || 'the server could not find the requested resource');
  return new ApiError(500, 'InternalError', `Internal error occurred: kubelet answered ${code}: ${said}`);
}
