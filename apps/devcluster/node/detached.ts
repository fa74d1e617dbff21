import { join } from 'node:path';
import { OwnClient, type Upstream } from '#libs/kube';
import { nodeProgram } from '../process/child.js';
import { Supervised } from '../process/supervised.js';
import { ProjectedAccount } from './account.js';
import { secretReader } from './context.js';
import { nodeVariables, resolveEnvironment } from './environment.js';
import { knownImages } from './images.js';
import { type Container, type Pod, type PodSpec } from './pod.js';
import { allotPorts, listenVariables, type PortMap, realPort } from './ports.js';
import { tryProbe } from './probe.js';

const READY_WITHIN_MS = 60_000;
const STOP_MS = 3000;

export interface DetachedOptions {
  /** The cluster, as a user who may request tokens of the template's service account. */
  upstream: Upstream;
  namespace: string;
  /** What the program takes for the name of its pod. */
  name: string;
  /** Of a Deployment; its first container is run. */
  template: { spec: PodSpec };
  /** Where the port named `http` listens on 127.0.0.1; default: any free one. */
  port?: number;
  /** Folder for the files of the account. */
  dir: string;
  log: string;
  onRestart: (line: string) => void;
}

/**
 * Runs the container of a pod template on this machine without there being a pod: with its environment, and with the
 * token of its service account. Resolves when its readiness probe does.
 * @throws Error when its image is not one of ours; ProgramError with its last words when it does not come up
 */
export async function runDetached(
  options: DetachedOptions,
): Promise<{ ended: Promise<string>; stop(): Promise<void> }> {
  const { upstream, template, dir } = options;
  const [container] = template.spec.containers;
  const script = container && knownImages().get(container.image ?? '');
  if (!script) throw new Error(`Cannot run image ${container?.image ?? '(none)'} on this machine.`);
  const client = new OwnClient(upstream);
  const account = new ProjectedAccount(client, podOf(options), join(dir, 'serviceaccount'), upstream.tls.ca ?? '');
  try {
    await account.start();
    const { env, ports } = await environment(options, container, client);
    const running = await Supervised.start({
      name: container.name,
      command: nodeProgram(script, ...(container.args ?? [])),
      env: { ...env, SERVICE_ACCOUNT_DIR: account.dir },
      log: options.log,
      isReady: () => isReady(container, ports),
      readyWithinMs: READY_WITHIN_MS,
      onRestart: options.onRestart,
    });
    return { ended: running.ended, stop: () => running.stop(STOP_MS, 'SIGINT').finally(() => account.stop()) };
  } catch (error) {
    account.stop();
    throw error;
  }
}

const podOf = ({ name, namespace, template }: DetachedOptions): Pod => ({
  metadata: { name, namespace },
  spec: template.spec,
});

/** Its variables, and where its ports really are. */
async function environment(
  options: DetachedOptions,
  container: Container,
  client: OwnClient,
): Promise<{ env: Record<string, string>; ports: PortMap }> {
  const { upstream, namespace, name } = options;
  const ports: PortMap = new Map();
  if (options.port !== undefined) {
    for (const port of container.ports ?? []) if (port.name === 'http') ports.set(port.containerPort, options.port);
  }
  await allotPorts(container, ports);
  const { hostname, port } = upstream.server;
  const base = nodeVariables(name, { host: hostname.replace(/^\[|\]$/g, ''), port: port || '443' });
  const env = await resolveEnvironment(podOf(options), container.env ?? [], secretReader(client, namespace));
  return { env: { ...base, ...env, ...listenVariables(container, ports) }, ports };
}

async function isReady(container: Container, ports: PortMap): Promise<boolean> {
  const { readinessProbe: probe } = container;
  if (!probe) return true;
  const port = realPort(container, ports, probe.httpGet?.port ?? 0);
  return port === undefined || (await tryProbe(probe, port)) === undefined;
}
