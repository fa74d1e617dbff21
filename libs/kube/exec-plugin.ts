import { type Cluster } from '@kubernetes/client-node';
import { type ChildProcess, spawn } from 'node:child_process';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { Backoff } from './backoff.js';
import { NetworkError } from './errors.js';
import { readToken } from './own-token.js';
import { readText } from './renewed-file.js';
import { type ClientCertificate, inField } from './trust.js';

const TIME_LIMIT_MS = 60_000;
/** Replaced this long before the end: a request must not arrive with an expired credential. */
const MARGIN_MS = 10_000;
/** An API server that answers 401 to each credential makes the program run no more often than this. */
const REJECT_MS = 5_000;
const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;
const OUTPUT_LIMIT = 1024 * 1024;

/** `users[].user.exec` of a kubeconfig (client-go pkg/apis/clientauthentication). */
export const execSchema = z.looseObject({
  apiVersion: z.enum(['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'], {
    error: () => 'must be client.authentication.k8s.io/v1 or v1beta1',
  }),
  command: z.string({ error: () => 'is missing: name the program' }).min(1, 'is missing: name the program'),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  installHint: z.string().nullish(),
  provideClusterInfo: z.boolean().nullish(),
  /** Not of the file: what the cluster's extension `client.authentication.k8s.io/exec` holds. */
  config: z.unknown().optional(),
  interactiveMode: z
    .enum(['Never', 'IfAvailable'], { error: () => 'must be Never or IfAvailable: nobody can answer questions here' })
    .nullish(),
});

export type ExecConfig = z.infer<typeof execSchema>;

const text = z.string().min(1).nullish();
const answerSchema = z.looseObject({
  kind: z.literal('ExecCredential'),
  status: z.looseObject({
    token: text,
    clientCertificateData: text,
    clientKeyData: text,
    expirationTimestamp: z.iso.datetime({ offset: true }).nullish(),
  }),
});

interface ExecCredential {
  readonly token?: string | undefined;
  readonly certificate?: ClientCertificate | undefined;
}

interface Held extends ExecCredential {
  readonly expires: number;
}

/**
 * The credential that a program of the kubeconfig supplies. The package's own runs once for each request that waits, again
 * at once after a failure, without a time limit, and never after a 401.
 */
export class ExecPlugin {
  #credential: Held | undefined;
  #asking: Promise<ExecCredential> | undefined;
  #failure: { error: unknown; until: number } | undefined;
  #rejectedAt = -Infinity;
  #child: ChildProcess | undefined;
  readonly #backoff = new Backoff(BACKOFF_MS, BACKOFF_MAX_MS);

  constructor(
    private readonly config: ExecConfig,
    private readonly cluster: Cluster,
    private readonly limitMs = TIME_LIMIT_MS,
  ) {}

  /**
   * The credential of the moment. The program runs once for all who wait; after a failure not before a growing delay.
   * @throws NetworkError of one line that names the command
   */
  async get(): Promise<ExecCredential> {
    if (this.#credential !== undefined && Date.now() < this.#credential.expires - MARGIN_MS) return this.#credential;
    if (this.#failure !== undefined && performance.now() < this.#failure.until) throw this.#failure.error;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** The client certificate of the moment. */
  get certificate(): ClientCertificate | undefined {
    return this.#credential?.certificate;
  }

  /** The API server answered 401: the next request runs the program again. */
  reject(token: string | undefined): void {
    const now = performance.now();
    if (this.#credential?.token !== token || now - this.#rejectedAt < REJECT_MS) return;
    this.#rejectedAt = now;
    this.#credential = undefined;
  }

  close(): void {
    kill(this.#child);
  }

  async #ask(): Promise<ExecCredential> {
    try {
      this.#credential = parse(await this.#run());
      this.#backoff.reset();
      this.#failure = undefined;
      return this.#credential;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const error = new NetworkError(`The credential plugin "${this.config.command}" ${why}`, cause);
      this.#failure = { error, until: performance.now() + this.#backoff.next() };
      throw error;
    }
  }

  /** @returns what the program wrote */
  #run(): Promise<string> {
    const { command, args } = this.config;
    return new Promise((done, fail) => {
      // A group of its own, so that its children end with it.
      const child = spawn(command, args ?? [], { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: this.#env() });
      this.#child = child;
      const output = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (chunk: string) => {
          output[name] = (output[name] + chunk).slice(0, OUTPUT_LIMIT);
        });
      }
      const timer = setTimeout(() => {
        kill(child);
        fail(new Error(`did not finish within ${this.limitMs / 1000} s.`));
      }, this.limitMs);
      child.once('error', (error) => fail(new Error(`cannot be run: ${error.message}.${this.#hint}`)));
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        if (code === 0) done(output.stdout);
        else fail(new Error(`ended with ${signal ?? `exit code ${code}`}: ${lastLine(output.stderr)}`));
      });
    });
  }

  get #hint(): string {
    const hint = this.config.installHint?.trim().split('\n')[0];
    return hint ? ` ${hint}` : '';
  }

  #env(): NodeJS.ProcessEnv {
    const { apiVersion, env, provideClusterInfo, config } = this.config;
    const { server, caData, caFile, tlsServerName, skipTLSVerify } = this.cluster;
    const ca = caData ?? (caFile ? Buffer.from(readText(caFile)).toString('base64') : undefined);
    const cluster = {
      server,
      ...(ca ? { 'certificate-authority-data': ca } : {}),
      ...(tlsServerName ? { 'tls-server-name': tlsServerName } : {}),
      ...(skipTLSVerify ? { 'insecure-skip-tls-verify': true } : {}),
      ...(config === undefined ? {} : { config }),
    };
    const spec = { interactive: false, ...(provideClusterInfo ? { cluster } : {}) };
    return {
      ...process.env,
      ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify({ apiVersion, kind: 'ExecCredential', spec }),
    };
  }
}

function parse(output: string): Held {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    throw new Error('wrote no JSON. It must write an ExecCredential.');
  }
  const { error, data } = answerSchema.safeParse(value);
  if (error) throw new Error(`wrote no ExecCredential: ${firstIssue(error)}.`);
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = data.status;
  if (!cert !== !key) throw new Error('wrote a client certificate or its key, not both.');
  if (cert && key) checkPair(cert, key);
  if (!token && !cert) throw new Error('wrote a status with neither a token nor a client certificate.');
  return {
    expires: expirationTimestamp ? Date.parse(expirationTimestamp) : Infinity,
    ...(token ? { token: inField('wrote an invalid token', () => readToken(token)) } : {}),
    ...(cert && key ? { certificate: { cert, key } } : {}),
  };
}

/** What is wrong first, and where. */
export function firstIssue({ issues: [issue] }: z.ZodError): string {
  return [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ');
}

function checkPair(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new Error('wrote a client certificate and key that cannot be used.', { cause });
  }
}

function kill(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // It has ended in this very moment.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) || 'it said nothing.';
