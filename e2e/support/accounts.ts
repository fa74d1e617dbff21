import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { cluster } from './cluster.js';

interface Kubeconfig {
  users: { name: string; user: { token?: string } }[];
  contexts: { name: string; context: { user: string; cluster: string } }[];
  clusters: { name: string; cluster: { server: string } }[];
}

function kubeconfig(): Kubeconfig {
  return parse(readFileSync(cluster().kubeconfig, 'utf8')) as Kubeconfig;
}

/** The bearer token of a context of the cluster's kubeconfig. */
export function tokenOf(context: 'admin' | 'dev' | 'viewer'): string {
  const file = kubeconfig();
  const user = file.contexts.find((entry) => entry.name === context)?.context.user;
  const token = file.users.find((entry) => entry.name === user)?.user.token;
  if (token === undefined) throw new Error(`The kubeconfig has no token for the context ${context}`);
  return token;
}

/** The API server's URL in the kubeconfig. */
export function apiServer(): string {
  const server = kubeconfig().clusters[0]?.cluster.server;
  if (server === undefined) throw new Error('The kubeconfig names no cluster');
  return server;
}
