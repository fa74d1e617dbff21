import { type EnvVar, type Pod } from './pod.js';

/** Values of a Secret, decoded; undefined where there is no such Secret. */
export type ReadSecret = (name: string) => Promise<Readonly<Record<string, string>> | undefined>;

/** What a container names does not exist: the kubelet's CreateContainerConfigError. Cured from outside, so it is tried again. */
export class ConfigError extends Error {}

/** What the node itself gives to every program, below the container's own variables. */
export const nodeVariables = (pod: string, api: { host: string; port: string }): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  NODE_ENV: 'production',
  HOSTNAME: pod,
  KUBERNETES_SERVICE_HOST: api.host,
  KUBERNETES_SERVICE_PORT: api.port,
});

/**
 * The variables of a container: values, keys of Secrets, and the pod's name and namespace.
 * @throws ConfigError when a Secret or its key is missing, or the node does not know the source
 */
export async function resolveEnvironment(
  pod: Pod,
  variables: readonly EnvVar[],
  read: ReadSecret,
): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const variable of variables) env[variable.name] = await valueOf(variable, pod, read);
  return env;
}

async function valueOf({ name, value, valueFrom }: EnvVar, { metadata }: Pod, read: ReadSecret): Promise<string> {
  if (!valueFrom) return value ?? '';
  if (valueFrom.fieldRef?.fieldPath === 'metadata.name') return metadata.name ?? '';
  if (valueFrom.fieldRef?.fieldPath === 'metadata.namespace') return metadata.namespace ?? '';
  if (!valueFrom.secretKeyRef) throw new ConfigError(`the source of variable ${name} is not supported on this node`);
  const { name: secret = '', key } = valueFrom.secretKeyRef;
  const data = await read(secret);
  if (!data) throw new ConfigError(`secret "${secret}" not found`);
  const found = data[key];
  if (found === undefined) throw new ConfigError(`couldn't find key ${key} in Secret ${secret}`);
  return found;
}
