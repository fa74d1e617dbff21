import { type KubeConfig } from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import { type RequestOptions } from 'node:https';

const FRESH_MS = 10_000;

/** The bearer token of the current user of a kubeconfig, asked for before each request; undefined where there is none. */
export function ownToken(config: KubeConfig): () => string | undefined | Promise<string | undefined> {
  const user = config.getCurrentUser();
  const { tokenFile } = (user?.authProvider as { config?: { tokenFile?: string } } | undefined)?.config ?? {};
  if (user?.token) return () => user.token;
  if (tokenFile !== undefined) {
    const token = new TokenFile(tokenFile);
    return () => token.read();
  }
  return user?.exec || user?.authProvider ? () => askPlugin(config) : () => undefined;
}

/**
 * A bearer token in a file that is renewed by others (the kubelet's projected volumes). The package's own throws while
 * the file cannot be read, and is behind by up to a minute.
 */
class TokenFile {
  #token: string | undefined;
  #readAt = -Infinity;

  constructor(private readonly file: string) {}

  /** The token; the file is read again at most every 10 s. The last good one while the file cannot be read. */
  read(): string | undefined {
    if (performance.now() - this.#readAt < FRESH_MS) return this.#token;
    this.#readAt = performance.now();
    try {
      this.#token = readFileSync(this.file, 'utf8').trim() || this.#token;
    } catch {
      // Kept: a request with the old token says clearly when that is no longer good.
    }
    return this.#token;
  }
}

/** Asks the package's authenticators: exec plugins, sign-in providers. */
async function askPlugin(config: KubeConfig): Promise<string | undefined> {
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const headers = options.headers as Record<string, string | undefined>;
  return (headers['Authorization'] ?? headers['authorization'])?.replace(/^Bearer /, '');
}
