import { readFile } from 'node:fs/promises';
import { type TLSSocket } from 'node:tls';
import { isKubeError, type KubeClient, type KubeObject, types } from '#libs/kube';

/** Who may say in X-Remote-* headers who asks: the API server, known by its front-proxy certificate. */
export interface FrontProxy {
  /** PEM of the authority that signs its client certificate. */
  ca: string;
  /** Common names that are believed; empty: any that the authority signed. */
  names: string[];
}

interface AuthenticationConfig extends KubeObject {
  data?: Record<string, string>;
}

/**
 * Reads what the API server publishes for its extensions, else the file.
 * @throws Error that says what to give when neither is there
 */
export async function findFrontProxy(client: KubeClient, file: string | undefined): Promise<FrontProxy> {
  const published = await client
    .get<AuthenticationConfig>(types.configMaps, 'extension-apiserver-authentication', 'kube-system')
    .catch((error: unknown) => {
      if (isKubeError(error, 404)) return undefined;
      throw error;
    });
  const ca = published?.data?.['requestheader-client-ca-file'];
  if (ca) {
    const names: unknown = JSON.parse(published?.data?.['requestheader-allowed-names'] ?? '[]');
    return { ca, names: Array.isArray(names) ? names.map(String) : [] };
  }
  if (file !== undefined) return { ca: await readFile(file, 'utf8'), names: [] };
  throw new Error(
    'The API server does not publish the CA of its front proxy (ConfigMap kube-system/extension-apiserver-authentication, ' +
      'key requestheader-client-ca-file). Pass its certificate as frontProxyCa.',
  );
}

/** True when the other end of the connection is the API server. The server must have been made with the CA. */
export function isFrontProxy(socket: TLSSocket, { names }: FrontProxy): boolean {
  if (!socket.authorized) return false;
  const name: unknown = socket.getPeerCertificate().subject.CN;
  return names.length === 0 || (typeof name === 'string' && names.includes(name));
}
