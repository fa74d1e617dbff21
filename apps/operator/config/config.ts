import { hostname } from 'node:os';
import { type Address } from '#libs/ops';

/** Where the Kubernetes API is: the pod's own environment, or a kubeconfig outside of a cluster. */
export type UpstreamConfig =
  | { readonly kind: 'in-cluster'; readonly host: string; readonly port: string; readonly dir: string }
  | { readonly kind: 'kubeconfig'; readonly file: string };

/** Everything that the environment decides. */
export interface OperatorConfig {
  readonly listen: Address;
  readonly metricsListen: Address;
  readonly upstream: UpstreamConfig;
  /** Where the Lease of the leader is. */
  readonly namespace: string;
  /** Who this replica is. */
  readonly identity: string;
  /** The image of gateways whose GateServer names none. */
  readonly gatewayImage: string;
  /** Hosts that `spec.web-app` may have: `app.example.com`, `*.example.com` (every host below), `*`. */
  readonly webAppHosts: readonly string[];
  readonly logLevel: string;
}

/** Every bad name of the environment at once; `problems` has a line for each. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment of the operator is not usable:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
}

type CheckedArguments = [name: string, fallback: string | undefined, wanted: string, ok: (value: string) => boolean];
type Env = Readonly<Record<string, string | undefined>>;

const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * The environment as a frozen object.
 * @throws ConfigError that lists every bad name at once
 */
export function readConfig(source: Env): OperatorConfig {
  const problems: string[] = [];
  const get = (name: string) => source[name]?.trim() || undefined;
  const checked = (name: string, fallback: string | undefined, wanted: string, ok: (value: string) => boolean) => {
    const value = get(name) ?? fallback;
    if (value === undefined) problems.push(`${name} is missing: ${wanted}`);
    else if (!ok(value)) problems.push(`${name} is ${JSON.stringify(value)}: ${wanted}`);
    return value ?? '';
  };
  const address = (name: string, fallback: string): Address => {
    const value = checked(name, fallback, 'HOST:PORT', (text) => parseAddress(text) !== undefined);
    return parseAddress(value) ?? { host: '', port: 0 };
  };
  const config: OperatorConfig = {
    listen: address('LISTEN', '0.0.0.0:8080'),
    metricsListen: address('METRICS_LISTEN', '0.0.0.0:9090'),
    upstream: upstreamOf(get, problems),
    namespace: checked('POD_NAMESPACE', 'kube-gateway', 'a namespace', (value) => DNS_LABEL.test(value)),
    identity: get('POD_NAME') ?? `${hostname()}-${process.pid}`,
    gatewayImage: checked('GATEWAY_IMAGE', undefined, 'the image of the gateway', (value) => !/\s/.test(value)),
    webAppHosts: webAppHosts(checked),
    logLevel: checked('LOG_LEVEL', 'info', `one of ${LEVELS.join(', ')}`, (value) => LEVELS.includes(value)),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

const HOST_PATTERN = /^(\*|(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?|\[[0-9a-f:.]+\])$/;

function webAppHosts(checked: (...args: CheckedArguments) => string): string[] {
  const split = (text: string) => text.split(/[\s,]+/).filter(Boolean);
  const wanted = 'hosts such as app.example.com or *.apps.example.com, separated by commas';
  return split(checked('WEB_APP_HOSTS', '', wanted, (text) => split(text).every((one) => HOST_PATTERN.test(one))));
}

function upstreamOf(get: (name: string) => string | undefined, problems: string[]): UpstreamConfig {
  const host = get('KUBERNETES_SERVICE_HOST');
  const file = get('KUBECONFIG');
  if (host !== undefined) {
    const port = get('KUBERNETES_SERVICE_PORT') ?? '443';
    if (!/^\d{1,5}$/.test(port)) problems.push(`KUBERNETES_SERVICE_PORT is ${JSON.stringify(port)}: a port`);
    return { kind: 'in-cluster', host, port, dir: get('SERVICE_ACCOUNT_DIR') ?? SERVICE_ACCOUNT_DIR };
  }
  if (file === undefined) {
    problems.push(
      'KUBERNETES_SERVICE_HOST is missing: Kubernetes sets it in a pod; outside of a cluster set KUBECONFIG',
    );
  }
  return { kind: 'kubeconfig', file: file ?? '' };
}

function parseAddress(text: string): Address | undefined {
  const [, host = '', digits = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  return host !== '' && digits !== '' && port <= 65_535 ? { host: host.replace(/^\[(.*)\]$/, '$1'), port } : undefined;
}
