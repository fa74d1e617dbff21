import { type TLSSocket } from 'node:tls';
import { type V1ConfigMap } from '@kubernetes/client-node';
import { type KubeClient, type Served, types } from '#libs/kube';

/** Who may say in X-Remote-* headers who asks: the API server, known by its front-proxy certificate. */
export interface FrontProxy {
  /** PEM of the authority that signs its client certificate. */
  ca: string;
  /** Common names that are believed; empty: any that the authority signed. */
  names: string[];
}

/** Reads what the API server publishes for its extensions. @throws Error when it publishes no front-proxy authority */
export async function findFrontProxy(client: KubeClient): Promise<FrontProxy> {
  const name = 'extension-apiserver-authentication';
  const { data } = await client.get<Served<V1ConfigMap>>(types.configMaps, name, 'kube-system');
  const ca = data?.['requestheader-client-ca-file'];
  if (!ca) throw new Error(`ConfigMap kube-system/${name} of the API server has no requestheader-client-ca-file.`);
  return { ca, names: JSON.parse(data?.['requestheader-allowed-names'] ?? '[]') as string[] };
}

/** True when the other end of the connection is the API server. The server must have been made with the CA. */
export function isFrontProxy(socket: TLSSocket, { names }: FrontProxy): boolean {
  if (!socket.authorized) return false;
  const name: unknown = socket.getPeerCertificate().subject.CN;
  return names.length === 0 || (typeof name === 'string' && names.includes(name));
}
