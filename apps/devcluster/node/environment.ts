import { type Container, type EnvVar, type KeyRef, type Pod } from './pod.js';

/** Values of a Secret (decoded) or a ConfigMap; undefined where there is no such object. */
export type ReadData = (
  kind: 'Secret' | 'ConfigMap',
  name: string,
) => Promise<Readonly<Record<string, string>> | undefined>;

/** What a container names does not exist: the kubelet's CreateContainerConfigError. Cured from outside, so it is tried again. */
export class ConfigError extends Error {}

/**
 * The environment of a container as the kubelet builds it: envFrom, then env in order, `$(NAME)` expanded from what came
 * before; `base` are the variables of the node itself, below all of them.
 * @throws ConfigError when a reference that is not optional cannot be resolved
 */
export async function resolveEnvironment(
  pod: Pod,
  container: Container,
  base: Readonly<Record<string, string>>,
  read: ReadData,
): Promise<Record<string, string>> {
  const env: Record<string, string> = { ...base };
  for (const source of container.envFrom ?? []) Object.assign(env, await fromSource(source, read));
  for (const variable of container.env ?? []) {
    const value = await valueOf(variable, pod, env, read);
    if (value !== undefined) env[variable.name] = value;
  }
  return env;
}

async function fromSource(
  source: NonNullable<Container['envFrom']>[number],
  read: ReadData,
): Promise<Record<string, string>> {
  const ref = source.secretRef ?? source.configMapRef;
  if (!ref) return {};
  const kind = source.secretRef ? 'Secret' : 'ConfigMap';
  const data = await read(kind, ref.name);
  if (!data && !ref.optional) throw new ConfigError(`${kind.toLowerCase()} "${ref.name}" not found`);
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [`${source.prefix ?? ''}${key}`, value]));
}

async function valueOf(
  variable: EnvVar,
  pod: Pod,
  env: Readonly<Record<string, string>>,
  read: ReadData,
): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (!from) return expand(variable.value ?? '', env);
  if (from.fieldRef) return fieldOf(pod, from.fieldRef.fieldPath);
  if (from.secretKeyRef) return keyOf('Secret', from.secretKeyRef, read);
  if (from.configMapKeyRef) return keyOf('ConfigMap', from.configMapKeyRef, read);
  throw new ConfigError(`the source of variable ${variable.name} is not supported on this node`);
}

async function keyOf(kind: 'Secret' | 'ConfigMap', ref: KeyRef, read: ReadData): Promise<string | undefined> {
  const data = await read(kind, ref.name);
  const value = data?.[ref.key];
  if (value !== undefined || ref.optional) return value;
  if (!data) throw new ConfigError(`${kind.toLowerCase()} "${ref.name}" not found`);
  throw new ConfigError(`couldn't find key ${ref.key} in ${kind} ${ref.name}`);
}

/** `$(NAME)` of a variable that is known; `$$` is a dollar sign; everything else stays as written. */
export function expand(value: string, env: Readonly<Record<string, string>>): string {
  return value.replace(/\$(?:\$|\(([^()]+)\))/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return env[name] ?? whole;
  });
}

const KEYED = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

/** Value of a field that the downward API offers. */
export function fieldOf(pod: Pod, path: string): string {
  const keyed = KEYED.exec(path);
  if (keyed) return pod.metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? '';
  const fields: Record<string, string | undefined> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName,
    'status.podIP': '127.0.0.1',
    'status.podIPs': '127.0.0.1',
    'status.hostIP': '127.0.0.1',
    'status.hostIPs': '127.0.0.1',
  };
  if (!(path in fields)) throw new ConfigError(`field path ${path} is not supported on this node`);
  return fields[path] ?? '';
}
