import { fileURLToPath } from 'node:url';
import { OwnClient, Upstream } from '#libs/kube';
import { installTools } from '../bin/index.js';
import { start as startControllers } from '../controllers/index.js';
import { start as startIngress } from '../ingress/index.js';
import { type Guests, start as startKubevirt } from '../kubevirt/index.js';
import { start as startNode } from '../node/index.js';
import { type ApiServer, type ServerProgram, startApiServer } from './api-server.js';
import { type Facts } from './banner.js';
import { NAMESPACE, writeKubeconfig, writeTokens } from './credentials.js';
import { type DataFolder } from './data-folder.js';
import { chooseGuests } from './guests.js';
import { endOf, linkCheck, linkTo } from './link.js';
import { type LauncherLog } from './log.js';
import { Applier, readManifests } from './manifests.js';
import { type Options } from './options.js';
import { type Parts } from './parts.js';
import { listenError } from './ports.js';
import { allWell, type Check, deploymentCheck, gatewayCheck, gateServerCheck, machineCheck } from './readiness.js';
import { isGateServer, withPorts, withWebhook } from './sample.js';
import { serverProgram } from './server-program.js';
import { type Link, readState, type State, writeState } from './state.js';

/** Of the checkout, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const WITHIN_MS = 90_000;
const GATE_SERVER = 'gateserver-sample';
const GATEWAY_PORT = 8080;
const MACHINE = 'demo';

export interface LaunchContext {
  options: Options;
  folder: DataFolder;
  parts: Parts;
  log: LauncherLog;
  /** Aborts when everything is being stopped. */
  signal: AbortSignal;
  say: (text: string) => void;
  /** Reports that an essential part ended by itself: its name and its last output. */
  lost: (what: string, words: string) => void;
}

/** Starts everything in order. @throws UserError with one line when a part does not start */
export async function launch(context: LaunchContext): Promise<Facts> {
  const { folder, parts, options, say } = context;
  const guests = chooseGuests(options.guests);
  const state = readState(folder);
  const serving = await serverProgram(options, context);
  const api = await bringUpApi(context, state, serving.program);
  const kubeconfig = writeKubeconfig(folder, state, api.url, api.ca);
  say('API server ready');
  const tools = installTools({
    bin: folder.at('bin'),
    kubeconfig,
    kubectl: serving.kubectl,
    cache: `${ROOT}.cache/kubectl`,
    say,
  });
  tools.catch(() => undefined);
  const upstream = Upstream.fromKubeconfig(kubeconfig);
  await parts.add(Promise.resolve({ stop: () => upstream.close() }));
  const client = new OwnClient(upstream);
  let ready = false;
  const ingress = await bringUpParts(context, kubeconfig, guests, () => ready);
  await install(client, context, ingress.passedPort);
  const link = await waitForAll(client, context, state.link);
  ready = true;
  return {
    port: ingress.port,
    httpsPort: ingress.httpsPort,
    optionalPorts: ingress.optionalPorts,
    route: `kube-gateway.${NAMESPACE}.localhost`,
    link: `http://localhost:${options.port}/l#${link.code}`,
    until: await endOf(client, link),
    devToken: state.tokens.dev,
    kubeconfig,
    bin: folder.at('bin'),
    logs: folder.at('logs'),
    guests: guests.what,
    hasKubectl: await tools,
  };
}

async function bringUpApi(
  { folder, parts, signal, lost, say }: LaunchContext,
  state: State,
  program: ServerProgram,
): Promise<ApiServer> {
  writeTokens(folder, program.folder, state);
  const api = await parts.add(startApiServer(folder, program, state.apiPort, say));
  writeState(folder, { ...state, apiPort: api.port });
  void api.ended.then((words) => signal.aborted || lost('API server', words));
  return api;
}

type Ingress = Awaited<ReturnType<typeof startIngress>>;

async function bringUpParts(
  { folder, parts, log, options }: LaunchContext,
  kubeconfig: string,
  guests: Guests,
  isReady: () => boolean,
): Promise<Ingress> {
  const ingress = parts.add(
    startIngress({
      kubeconfig,
      data: folder.at('ingress'),
      port: options.port,
      httpsPort: options.httpsPort,
      optionalPorts: [443],
      fallback: { namespace: NAMESPACE, service: { name: GATE_SERVER, port: { number: GATEWAY_PORT } } },
      passed: { namespace: 'kube-gateway', service: { name: 'kube-gateway-webhook' } },
      isReady,
      onError: log.of('ingress'),
    }).catch((error: unknown) => {
      const given = [
        [options.port, '--port'],
        [options.httpsPort, '--https-port'],
      ] as const;
      throw listenError(error, new Map(given));
    }),
  );
  await Promise.all([
    ingress,
    parts.add(
      startKubevirt({
        kubeconfig,
        factory: guests.factory(folder.at('kubevirt')),
        onError: log.of('kubevirt'),
      }),
    ),
    parts.add(
      startNode({ kubeconfig, data: folder.at('node'), logs: folder.at('logs', 'pods'), onError: log.of('node') }),
    ),
  ]);
  // kube-controller-manager has its own. After the node took the pods of the last run away: their Deployments must not
  // be counted as available.
  if (options.cluster.kind === 'embedded')
    await parts.add(startControllers({ kubeconfig, onError: log.of('controllers') }));
  return ingress;
}

/** @param port of localhost, through which the webhook is reached */
async function install(client: OwnClient, context: LaunchContext, port: number): Promise<void> {
  const { options } = context;
  const applier = new Applier(client);
  await applier.apply(withWebhook(readManifests(`${ROOT}deploy/install.yaml`), port));
  const ports = { http: options.port, https: options.httpsPort };
  const samples = withPorts(readManifests(`${ROOT}deploy/samples`), ports);
  await applier.apply(samples.filter((object) => !isGateServer(object)));
  await settle(context, [deploymentCheck(client, 'kube-gateway', 'kube-gateway-operator')]);
  // The webhook is asked about a GateServer, and the API server may not have seen its new authority yet.
  await settle(context, [{ name: 'samples', look: () => applier.apply(samples) }]);
}

/**
 * Waits in the order in which things depend on each other: what a stopped operator left behind may say Ready of old.
 * @returns a link to the sample VM
 */
async function waitForAll(client: OwnClient, context: LaunchContext, earlier: Link | undefined): Promise<Link> {
  await settle(context, [machineCheck(client, MACHINE)]);
  const link = await linkTo(client, MACHINE, earlier);
  writeState(context.folder, { ...readState(context.folder), link });
  await settle(context, [
    gateServerCheck(client, GATE_SERVER),
    deploymentCheck(client, NAMESPACE, GATE_SERVER),
    gatewayCheck(context.options.port),
    linkCheck(client, link),
  ]);
  return link;
}

/** Waits until all checks pass and reports each. @throws UserError for one that does not pass in time */
export async function settle({ signal, say, folder }: LaunchContext, checks: Check[]): Promise<void> {
  const done = ({ name }: Check): void => say(`${name} ready`);
  await allWell(checks, { withinMs: WITHIN_MS, signal, done, logs: folder.at('logs') });
}
