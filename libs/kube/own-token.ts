import { type KubeConfig } from '@kubernetes/client-node';
import { type RequestOptions } from 'node:https';
import { RenewedFile } from './renewed-file.js';

/** The bearer token of the current user of a kubeconfig without exec, asked for before each request; undefined where there is none. */
export function ownToken(config: KubeConfig): () => string | undefined | Promise<string | undefined> {
  const user = config.getCurrentUser();
  const { tokenFile } = (user?.authProvider as { config?: { tokenFile?: string } } | undefined)?.config ?? {};
  if (tokenFile !== undefined) {
    // The package's own throws while the file cannot be read, and is behind by up to a minute.
    const file = new RenewedFile(tokenFile, readToken);
    return () => file.current ?? user?.token;
  }
  if (user?.token) return () => user.token;
  return user?.authProvider ? () => askProvider(config) : () => undefined;
}

/** @throws Error when it is empty, or cannot be sent as a bearer token (RFC 6750, section 2.1, allows less) */
export function readToken(text: string): string {
  const token = text.trim();
  if (token === '') throw new Error('it is empty');
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Error('it contains a space, a line break or a character outside ASCII, which no token has');
  return token;
}

/** Asks the package's authenticators: sign-in providers. */
async function askProvider(config: KubeConfig): Promise<string | undefined> {
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const headers = options.headers as Record<string, string | undefined>;
  return (headers['Authorization'] ?? headers['authorization'])?.replace(/^Bearer /, '');
}
