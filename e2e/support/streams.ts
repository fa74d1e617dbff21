import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { makeCa, makeCertificate } from '#libs/pki';
import { cluster } from './cluster.js';
import { kubectl, kubectlOk } from './kubectl.js';
import { until } from './until.js';

const GROUP = 'streams.e2e.example.com';
const NAME = 'e2e-streams';

/** Path of a stream on the API server: an `exec` that both clusters serve, where pods have none on one of them. */
export const streamPath = (): string => `/apis/${GROUP}/v1/namespaces/${cluster().namespace}/pipes/one/exec`;

/** An aggregated API whose only resource is an upgrade that echoes, and that guests of the sample may open. */
export class Streams {
  /** Open streams at this end, the furthest from the client. */
  get open(): number {
    return this.sockets.clients.size;
  }

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    private readonly sockets: WebSocketServer,
  ) {}

  /** Resolves once the API server passes requests on to it. */
  static async start(): Promise<Streams> {
    const { namespace } = cluster();
    const ca = await makeCa({ cn: NAME });
    const own = await makeCertificate(ca, { cn: NAME, dns: [`${NAME}.${namespace}.svc`, 'localhost'] });
    const server = createServer(own, (_req, res) => {
      res.setHeader('content-type', 'application/json').end(JSON.stringify(RESOURCES));
    });
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => socket.on('message', (data: Buffer) => socket.send(data)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const items = objects(namespace, port, Buffer.from(ca.cert).toString('base64'));
    await kubectlOk('apply -f -', { input: JSON.stringify({ kind: 'List', apiVersion: 'v1', items }) });
    const discovery = ['get', '--raw', `/apis/${GROUP}/v1`];
    await until('the API server passes requests on', async () => (await kubectl(discovery)).code === 0, 60_000);
    return new Streams(server, sockets);
  }

  async stop(): Promise<void> {
    await kubectlOk(['delete', `apiservice/v1.${GROUP}`, `service/${NAME}`, `role/${NAME}`, `rolebinding/${NAME}`]);
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const RESOURCES = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: `${GROUP}/v1`,
  resources: [{ name: 'pipes/exec', singularName: '', namespaced: true, kind: 'Pipe', verbs: ['get'] }],
};

function objects(namespace: string, port: number, caBundle: string): object[] {
  const metadata = { name: NAME, namespace };
  const rbac = 'rbac.authorization.k8s.io';
  const rule = { apiGroups: [GROUP], resources: ['pipes/exec'], verbs: ['get', 'create'] };
  const subject = { kind: 'ServiceAccount', name: 'gateserver-sample-guest', namespace };
  const spec = { group: GROUP, version: 'v1', groupPriorityMinimum: 1000, versionPriority: 15 };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'ExternalName', externalName: 'localhost' } },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules: [rule] },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: NAME },
      subjects: [subject],
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1.${GROUP}` },
      spec: { ...spec, caBundle, service: { namespace, name: NAME, port } },
    },
  ];
}
