import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { isKubeError, type KubeObject, OwnClient, types, Upstream } from '#libs/kube';
import { typesOf } from '../discovery/index.js';
import { type DetachedOptions, runDetached } from '../node/index.js';
import { ProgramError } from '../process/supervised.js';
import { type OwnFacts } from './banner.js';
import { type LaunchContext, ROOT, settle } from './launch.js';
import { Applier, readManifests } from './manifests.js';
import { type Cluster } from './options.js';
import { type Check, gatewayCheck, type Observed, stateOf } from './readiness.js';
import { UserError } from './user-error.js';

const KUBEVIRT = 'kubevirt.io/v1';
const OPERATOR = { namespace: 'kube-gateway', name: 'kube-gateway-operator' };
/** The GateServer whose gateway runs here. */
const GATE_SERVER = 'npm-start';

type OwnCluster = Extract<Cluster, { kind: 'own' }>;
type Deployment = KubeObject & { spec: { template: DetachedOptions['template'] } };

/**
 * Runs the operator and one gateway on this machine against the user's own cluster, with the service accounts, rights and
 * environment that they have as pods. Installs the CRDs, the roles and a GateServer without pods in the cluster.
 * @throws UserError with one line when a part does not start
 */
export async function launchOnOwn(context: LaunchContext, cluster: OwnCluster): Promise<OwnFacts> {
  try {
    return await launch(context, cluster);
  } catch (error) {
    if (!isKubeError(error)) throw error;
    const hint = isKubeError(error, 401, 403) ? ' Use a kubeconfig that gives you administrator rights.' : '';
    throw new UserError(`The cluster in ${cluster.kubeconfig} refused a request: ${oneLine(error)}.${hint}`);
  }
}

async function launch(context: LaunchContext, cluster: OwnCluster): Promise<OwnFacts> {
  const { folder, parts, options, say } = context;
  const upstream = await reach(cluster);
  await parts.add(Promise.resolve({ stop: () => upstream.close() }));
  const namespace = upstream.namespace ?? 'default';
  const client = new OwnClient(upstream);
  if (!(await typesOf(client, KUBEVIRT))) {
    throw new UserError(
      `The cluster in ${cluster.kubeconfig} does not serve ${KUBEVIRT}. Install KubeVirt on it first.`,
    );
  }
  const applier = new Applier(client);
  const manifests = readManifests(`${ROOT}deploy/install.yaml`);
  const [operator] = manifests.filter(isDeployment);
  if (!operator) throw new UserError(`${ROOT}deploy/install.yaml does not contain the operator's Deployment.`);
  await applier.apply(manifests.filter((object) => !isDeployment(object) && !isOfWebhook(object)));
  for (const container of operator.spec.template.spec.containers)
    container.env = container.env?.filter(({ name }) => name !== 'WEBHOOK_SERVICE') ?? [];
  say(`CRDs and roles installed on ${upstream.server.origin}`);
  const run = async (
    what: 'operator' | 'gateway',
    one: Pick<DetachedOptions, 'namespace' | 'name' | 'template' | 'port'>,
  ) => {
    const files = { dir: folder.at(what), log: folder.at('logs', `${what}.log`) };
    const running = await parts.add(runDetached({ upstream, ...one, ...files, onRestart: say }).catch(asUserError));
    void running.ended.then((words) => context.signal.aborted || context.lost(what, words));
    say(`${what} ready`);
  };
  const names = podNames(folder.path);
  await run('operator', { ...OPERATOR, name: names.operator, template: operator.spec.template });
  await applier.apply([gateServer(namespace, options.port)]);
  const deployment = await made(client, context, namespace);
  await run('gateway', { namespace, name: names.gateway, template: deployment.spec.template, port: options.port });
  await settle(context, [gatewayCheck(options.port)]);
  const named = cluster.context === undefined ? '' : ` --context ${cluster.context}`;
  const kubectl = `kubectl --kubeconfig ${cluster.kubeconfig}${named} -n ${namespace}`;
  const { origin: server } = upstream.server;
  return { port: options.port, server, namespace, gateServer: GATE_SERVER, kubectl, logs: folder.at('logs') };
}

/**
 * The pod names that the two programs use. They are the holders of Leases, and two holders of one name pass for one. So
 * they differ between machines and between data folders.
 * @param data path of the data folder
 */
export function podNames(data: string, host = hostname()): { operator: string; gateway: string } {
  const id = createHash('sha256').update(`${host}\0${data}`).digest('hex').slice(0, 8);
  return { operator: `npm-start-${host}-${id}`, gateway: `${GATE_SERVER}-${id}` };
}

const isDeployment = (object: KubeObject): object is Deployment => object.kind === 'Deployment';

/** Of no use here: the cluster does not reach this machine. */
const isOfWebhook = ({ kind = '' }: KubeObject): boolean => /^Service$|WebhookConfiguration$/.test(kind);

function asUserError(error: unknown): never {
  if (error instanceof ProgramError || isKubeError(error)) throw new UserError(error.message);
  throw error;
}

/** @throws UserError when the kubeconfig cannot be used or its cluster does not answer */
async function reach({ kubeconfig, context }: OwnCluster): Promise<Upstream> {
  let upstream: Upstream;
  try {
    upstream = Upstream.fromKubeconfig(kubeconfig, context);
  } catch (error) {
    throw new UserError(oneLine(error));
  }
  const { server, tls } = upstream;
  const why =
    server.protocol !== 'https:' || server.pathname !== '/'
      ? `its server is ${server.href}, but the operator and the gateway need the form https://HOST:PORT`
      : tls.servername !== undefined || tls.rejectUnauthorized === false
        ? 'the operator and the gateway do not support tls-server-name and insecure-skip-tls-verify'
        : await answers(upstream);
  if (why === undefined) return upstream;
  await upstream.close();
  throw new UserError(`Cannot use the cluster in ${kubeconfig}: ${why}.`);
}

async function answers(upstream: Upstream): Promise<string | undefined> {
  try {
    const { statusCode, body } = await new OwnClient(upstream).request('GET', '/version');
    await body.dump();
    return statusCode === 200 ? undefined : `${upstream.server.origin}/version returned ${statusCode}`;
  } catch (error) {
    return oneLine(error);
  }
}

function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message.split('\n')[0]}${error.message.includes(cause.slice(2, -1)) ? '' : cause}`.replace(/\.$/, '');
}

/** Without pods: its gateway runs here. */
const gateServer = (namespace: string, port: number): KubeObject =>
  ({
    apiVersion: 'kubegateway.kubevirt.io/v1beta1',
    kind: 'GateServer',
    metadata: { name: GATE_SERVER, namespace },
    spec: {
      route: `${GATE_SERVER}.${namespace}.localhost`,
      'public-urls': [`http://localhost:${port}`],
      replicas: 0,
      expose: 'none',
    },
  }) as KubeObject;

/** Waits until the operator has created everything that the gateway needs. */
async function made(client: OwnClient, context: LaunchContext, namespace: string): Promise<Deployment> {
  const look: Check['look'] = async () => {
    const { status, metadata } = await client.get<Observed>(types.gateServers, GATE_SERVER, namespace);
    const fault = status?.conditions?.find((one) => one.type === 'Applied' && one.status === 'False');
    if (status?.['observed-generation'] === metadata.generation && !fault && status?.phase !== 'Error')
      return undefined;
    return fault?.message ?? stateOf(status);
  };
  await settle(context, [{ name: `GateServer ${namespace}/${GATE_SERVER}`, look }]);
  return client.get<Deployment>(types.deployments, GATE_SERVER, namespace);
}
