import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { text } from 'node:stream/consumers';

import { type V1NodeStatus, type V1PodSpec } from '@kubernetes/client-node';
import { type Wire } from '#libs/wire';
import { ApiError, badRequest, notFound } from '../status.js';
import { type ObjectAccess } from '../types.js';
import { type Address } from './resolve.js';
import { type ClientIdentity } from './transport.js';

type PodSpec = Partial<Wire<V1PodSpec>>;

/** Asks the node's kubelet for `pods/NAME/log`. */
export class PodLogs {
  private readonly agent: Agent;

  /**
   * A kubelet's certificate is its own: as by kube-apiserver without a kubelet CA, it is not verified.
   * @param identity the certificate that kubelets know this server by (CN kube-apiserver-kubelet-client), PEM
   */
  constructor(
    private readonly objects: ObjectAccess,
    identity: ClientIdentity,
  ) {
    this.agent = new Agent({ ...identity, rejectUnauthorized: false, keepAlive: true });
  }

  /**
   * Streams the log of one container.
   * @param query of `kubectl logs`: `container`, and the options for the kubelet: `follow`, `previous`, `tailLines` ...
   * @throws ApiError for a pod or container that is not there, a kubelet that is away, and what it refuses
   */
  async logs(res: ServerResponse, namespace: string, pod: string, query: URLSearchParams): Promise<void> {
    const object = this.objects.get('', 'pods', pod, namespace);
    if (!object) throw notFound({ group: '', resource: 'pods' }, pod);
    const spec: PodSpec = object.spec ?? {};
    const container = containerOf(spec, pod, query.get('container') ?? '');
    if (!spec.nodeName) {
      res.writeHead(200, { 'content-type': 'text/plain' }).end();
      return;
    }
    const options = new URLSearchParams(query);
    options.delete('container');
    const path = `/containerLogs/${namespace}/${pod}/${container}?${options.toString()}`;
    const answer = await this.ask(res, this.kubelet(spec.nodeName), path);
    if (answer.statusCode !== 200) throw await refusal(answer);
    res.writeHead(200, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
    res.flushHeaders();
    pipeline(answer, res, () => undefined);
  }

  close(): void {
    this.agent.destroy();
  }

  private kubelet(nodeName: string): Address {
    const node = this.objects.get('', 'nodes', nodeName);
    if (!node) throw notFound({ group: '', resource: 'nodes' }, nodeName);
    const { addresses = [], daemonEndpoints } = (node.status ?? {}) as Wire<V1NodeStatus>;
    const host = addresses.find(({ type }) => type === 'InternalIP')?.address;
    if (host === undefined) throw internal(`node ${nodeName} has no InternalIP`);
    return { host, port: daemonEndpoints?.kubeletEndpoint?.Port ?? 10250 };
  }

  private async ask(res: ServerResponse, { host, port }: Address, path: string): Promise<IncomingMessage> {
    const upstream = request({ host, port, path, agent: this.agent });
    res.on('close', () => upstream.destroy());
    upstream.end();
    try {
      const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
      return answer;
    } catch (error) {
      throw internal(`the node at ${host}:${port} does not answer: ${(error as Error).message}`);
    }
  }
}

const internal = (why: string): ApiError => new ApiError(500, 'InternalError', `Internal error occurred: ${why}`);

function containerOf({ containers = [], initContainers = [] }: PodSpec, pod: string, wanted: string): string {
  const names = containers.map(({ name }) => name);
  if (!wanted && names.length === 1) return names[0]!;
  if (!wanted) {
    throw badRequest(`a container name must be specified for pod ${pod}, choose one of: [${names.join(' ')}]`);
  }
  if ([...containers, ...initContainers].some(({ name }) => name === wanted)) return wanted;
  throw badRequest(`container ${wanted} is not valid for pod ${pod}`);
}

/** What the kubelet says goes to the client, with its code. */
async function refusal(answer: IncomingMessage): Promise<ApiError> {
  const said = (await text(answer)).trim();
  const code = answer.statusCode ?? 500;
  if (code === 400) return badRequest(said);
  if (code === 404) return new ApiError(404, 'NotFound', said);
  return internal(`kubelet answered ${code}: ${said}`);
}
