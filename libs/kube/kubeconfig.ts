import { type Cluster, type User } from '@kubernetes/client-node';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { KubeConfig } from '#client-node';
import { execSchema } from './exec-plugin.js';
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

const text = z.string();
const entries = z.array(z.looseObject({ name: z.unknown().optional() })).nullish();
const documentSchema = z.looseObject({
  'current-context': text.nullish(),
  contexts: entries,
  clusters: entries,
  users: entries,
});
const contextSchema = z.looseObject({ cluster: text, user: text.nullish(), namespace: text.nullish() });
const refused = (why: string) => z.union([z.null(), z.literal('')], { error: () => why }).optional();
const clusterSchema = z.looseObject({
  server: text,
  'certificate-authority': text.nullish(),
  'certificate-authority-data': text.nullish(),
  'tls-server-name': text.nullish(),
  'proxy-url': refused('proxies are not supported. Remove it if the server can be reached directly'),
});
const userSchema = z.looseObject({
  exec: execSchema.nullish(),
  token: text.nullish(),
  tokenFile: text.nullish(),
  'token-file': text.nullish(),
  'client-certificate': text.nullish(),
  'client-certificate-data': text.nullish(),
  'client-key': text.nullish(),
  'client-key-data': text.nullish(),
  username: refused('the Kubernetes API accepts no passwords. Use a token or a client certificate'),
  as: refused('acting as another user is not supported. Use the credentials of that user'),
});

type Document = z.infer<typeof documentSchema>;

/**
 * One context of a kubeconfig file, with its cluster and user; other entries may be broken. Paths are relative to the file.
 * @param context default: its current context
 * @throws Error of one line that names the file, the field and what is wrong with it
 */
export function loadKubeconfig(file: string, context?: string): KubeConfig {
  const source = `kubeconfig ${file}`;
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
        users: chosen.user ? [{ name: chosen.user, user: withTokenFile(user, chosen.user, file) }] : [],
      }),
    );
    config.makePathsAbsolute(resolve(dirname(file)));
    return config;
  });
}

/** The first document; what follows a `---` is not read, and is often empty. */
function parseDocument(content: string): Document {
  const [document] = parseAllDocuments(content);
  const [fault] = document === undefined || !('errors' in document) ? [] : document.errors;
  if (fault) throw new Error(`it is not YAML: ${fault.message}`);
  const value: unknown = document?.toJS();
  if (typeof value !== 'object' || value === null) throw new Error('it is not a kubeconfig: it has no fields.');
  return check(documentSchema, value, '');
}

function pick<T extends z.ZodType>(document: Document, kind: 'context' | 'cluster' | 'user', name: string, schema: T) {
  const found = document[`${kind}s`]?.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`it has no ${kind} "${name}".`);
  return check(schema, found[kind] ?? {}, `${kind} "${name}": `);
}

function check<T extends z.ZodType>(schema: T, value: unknown, where: string): z.infer<T> {
  const { error, data } = schema.safeParse(value);
  if (error === undefined) return data;
  const [issue] = error.issues;
  throw new Error(`${where}${issue?.path.join('.')}: ${issue?.message}`);
}

/** A token file as the package has it for service accounts. `tokenFile` is Kubernetes' name, `token-file` the package's. */
function withTokenFile(user: z.infer<typeof userSchema>, name: string, file: string): object {
  const { tokenFile, 'token-file': other, token, exec, ...others } = user;
  const rest = { ...others, ...(exec ? { exec: { ...exec, command: program(exec.command, file) } } : {}) };
  const trimmed = token ? { token: token.trim() } : {};
  const given = tokenFile || other;
  if (!given) return { ...rest, ...trimmed };
  const path = resolve(dirname(file), given);
  if (!token)
    inField(`user "${name}": ${tokenFile ? 'tokenFile' : 'token-file'}`, () =>
      new RenewedFile(path, readToken).readNow(),
    );
  return { ...rest, ...trimmed, 'auth-provider': tokenProvider(path) };
}

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
