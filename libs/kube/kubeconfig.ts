import { type Cluster, type User } from '@kubernetes/client-node';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { KubeConfig } from '#client-node';
import { execSchema, firstIssue } from './exec-plugin.js';
import { readToken } from './own-token.js';
import { readText, RenewedFile } from './renewed-file.js';
import { inField } from './trust.js';

export interface InClusterEnvironment {
  /** KUBERNETES_SERVICE_HOST and _PORT. */
  host: string;
  port: string | number;
  /** SERVICE_ACCOUNT_DIR: holds token, ca.crt, namespace. */
  dir: string;
  /** API_URL: takes the place of host and port where it is not empty. */
  url?: string;
}

const text = z.string({
  error: ({ input }) => (input === undefined || input === null ? 'is missing' : 'must be text: write it in quotes'),
});
const flag = z.boolean({ error: () => 'must be true or false, without quotes' }).nullish();
const isEmpty = (value: unknown) => value == null || value === '' || (Array.isArray(value) && value.length === 0);
const refused = (why: string) =>
  z
    .unknown()
    .refine(isEmpty, { error: () => why })
    .optional();
/** Each is checked when it is chosen: the others may be broken. */
const entries = z.array(z.unknown(), { error: () => 'must be a list' }).nullish();
const documentSchema = z.looseObject({
  'current-context': text.nullish(),
  contexts: entries,
  clusters: entries,
  users: entries,
});
const contextSchema = z.looseObject({ cluster: text, user: text.nullish(), namespace: text.nullish() });
const clusterSchema = z
  .looseObject({
    server: text.min(1, 'is missing'),
    'certificate-authority': text.nullish(),
    'certificate-authority-data': text.nullish(),
    'insecure-skip-tls-verify': flag,
    'tls-server-name': text.nullish(),
    'proxy-url': refused('proxies are not supported. Remove it if the server can be reached directly'),
    extensions: z.unknown().optional(),
  })
  // kubectl refuses both as well: whoever wrote the CA means it to be checked.
  .refine((cluster) => !cluster['insecure-skip-tls-verify'] || !certificateAuthority(cluster), {
    path: ['insecure-skip-tls-verify'],
    error: () => 'contradicts certificate-authority. Remove one of them',
  });
const noPassword = 'the Kubernetes API accepts no passwords. Use a token or a client certificate';
const noImpersonation = 'acting as another user is not supported. Use the credentials of that user';
const userSchema = z.looseObject({
  exec: execSchema.nullish(),
  token: text.nullish(),
  tokenFile: text.nullish(),
  'token-file': text.nullish(),
  'client-certificate': text.nullish(),
  'client-certificate-data': text.nullish(),
  'client-key': text.nullish(),
  'client-key-data': text.nullish(),
  'auth-provider': z
    .looseObject({ name: z.literal('oidc', { error: () => 'only oidc is supported. Use exec for other providers' }) })
    .nullish(),
  username: refused(noPassword),
  password: refused(noPassword),
  as: refused(noImpersonation),
  'as-uid': refused(noImpersonation),
  'as-groups': refused(noImpersonation),
  'as-user-extra': refused(noImpersonation),
});
type Document = z.infer<typeof documentSchema>;
type ClusterEntry = z.infer<typeof clusterSchema>;
type Entry = Record<string, unknown>;
/** What client-go gives a credential plugin besides the cluster (its `config`). */
const extensionsSchema = z.array(z.looseObject({ name: z.unknown(), extension: z.unknown() }));
const PLUGIN_EXTENSION = 'client.authentication.k8s.io/exec';

/**
 * One context of a kubeconfig file, with its cluster and user; other entries may be broken. Paths are relative to the file.
 * @param context default: its current context
 * @throws Error of one line that names the file, the field and what is wrong with it
 */
export function loadKubeconfig(file: string, context?: string): KubeConfig {
  const source = `kubeconfig ${file}`;
  if (file.includes(delimiter) && !existsSync(file))
    throw new Error(`${source}: lists of files are not supported. Name one file.`);
  const content = inField(source, () => readText(file));
  return inField(source, () => {
    const document = parseDocument(content);
    const name = context ?? document['current-context'];
    if (!name) throw new Error('current-context is not set. Set it, or choose a context with --context NAME.');
    const chosen = pick(document, 'context', name, contextSchema);
    const cluster = pick(document, 'cluster', chosen.cluster, clusterSchema);
    const user = chosen.user ? pick(document, 'user', chosen.user, userSchema) : {};
    const config = new KubeConfig();
    config.loadFromString(
      JSON.stringify({
        'current-context': name,
        contexts: [{ name, context: chosen }],
        clusters: [{ name: chosen.cluster, cluster }],
        users: chosen.user ? [{ name: chosen.user, user: credentials(user, chosen.user, file, cluster) }] : [],
      }),
    );
    config.makePathsAbsolute(resolve(dirname(file)));
    return config;
  });
}

/** The first document; what follows a `---` is not read, and is often empty. */
function parseDocument(content: string): Document {
  const [document] = parseAllDocuments(content, { merge: true });
  const [fault] = document === undefined || !('errors' in document) ? [] : document.errors;
  if (fault) throw new Error(`it is not YAML: ${fault.message}`);
  const value: unknown = document?.toJS();
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('it is not a kubeconfig: it has no fields.');
  return check(documentSchema, value, '');
}

function pick<T extends z.ZodType>(document: Document, kind: 'context' | 'cluster' | 'user', name: string, schema: T) {
  const named = (entry: Entry | null) => String(entry?.name) === name;
  const found = (document[`${kind}s`] as Entry[] | null | undefined)?.find(named);
  if (found === undefined) throw new Error(`it has no ${kind} "${name}".`);
  return check(schema, found[kind] ?? {}, `${kind} "${name}": `);
}

function check<T extends z.ZodType>(schema: T, value: unknown, where: string): z.infer<T> {
  const { error, data } = schema.safeParse(value);
  if (error === undefined) return data;
  throw new Error(`${where}${firstIssue(error)}`);
}

/**
 * The fields of a user as the package reads them: a token file as it has it for service accounts. `tokenFile` is
 * Kubernetes' name, `token-file` the package's. A credential that is given makes `exec` idle (client-go
 * plugin/pkg/client/auth/exec, UpdateTransportConfig).
 */
function credentials(user: z.infer<typeof userSchema>, name: string, file: string, cluster: ClusterEntry): object {
  const { tokenFile, 'token-file': other, token, exec, ...others } = user;
  const given = tokenFile || other;
  const isIdle = token || given || others['client-certificate'] || others['client-certificate-data'];
  const plugin =
    exec && !isIdle ? { exec: { ...exec, command: program(exec.command, file), config: pluginConfig(cluster) } } : {};
  const known = token ? { token: inField(`user "${name}": token`, () => readToken(token)) } : {};
  if (!given) return { ...others, ...plugin, ...known };
  const path = resolve(dirname(file), given);
  if (!token)
    inField(`user "${name}": ${tokenFile ? 'tokenFile' : 'token-file'}`, () =>
      new RenewedFile(path, readToken).readNow(),
    );
  return { ...others, ...plugin, ...known, 'auth-provider': tokenProvider(path) };
}

function pluginConfig({ extensions }: ClusterEntry): unknown {
  const { data = [] } = extensionsSchema.safeParse(extensions);
  return data.find(({ name }) => name === PLUGIN_EXTENSION)?.extension;
}

const certificateAuthority = (cluster: Record<string, unknown>) =>
  cluster['certificate-authority'] || cluster['certificate-authority-data'];

/** A command with a slash is relative to the kubeconfig; any other is looked for in the PATH. */
const program = (command: string, file: string) => (/[/\\]/.test(command) ? resolve(dirname(file), command) : command);

const tokenProvider = (tokenFile: string) => ({ name: 'tokenFile', config: { tokenFile } });

/** The pod's own service account. KubeConfig.loadFromCluster does the same, but of fixed folders. */
export function inClusterConfig({ host, port, dir, url }: InClusterEnvironment): KubeConfig {
  const server = url || `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const [caFile, namespaceFile] = [join(dir, 'ca.crt'), join(dir, 'namespace')];
  const namespace = existsSync(namespaceFile) ? readText(namespaceFile).trim() : undefined;
  const cluster = { server, ...(existsSync(caFile) ? { caFile } : {}) };
  return kubeconfigOf(cluster, { authProvider: tokenProvider(join(dir, 'token')) }, namespace);
}

/** A kubeconfig that is not in a file. */
export function kubeconfigOf(
  cluster: Partial<Cluster> & { server: string },
  user: Partial<User> = {},
  namespace?: string,
): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'cluster', skipTLSVerify: false, ...cluster }],
    users: [{ name: 'user', ...user }],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user', ...(namespace ? { namespace } : {}) }],
    currentContext: 'context',
  });
  return config;
}
