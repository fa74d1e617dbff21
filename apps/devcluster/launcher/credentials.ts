import { mkdirSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { type DataFolder } from './data-folder.js';
import { PEOPLE, type State } from './state.js';

/** Namespace of the samples, and the one that the contexts start in. */
export const NAMESPACE = 'gateway-example';

/**
 * Writes the API server's file of static tokens into its folder `server`; the rights of dev and viewer are RBAC objects of the samples.
 */
export function writeTokens(folder: DataFolder, server: string, { tokens }: State): void {
  mkdirSync(folder.at(server), { recursive: true, mode: 0o700 });
  const groups = { admin: '"system:masters"', dev: '', viewer: '' };
  const lines = PEOPLE.map((person) => `${tokens[person]},${person},${person},${groups[person]}`);
  writeFileSync(folder.at(server, 'tokens.csv'), `${lines.join('\n')}\n`, { mode: 0o600 });
}

/**
 * Writes the kubeconfig: a context a person, `admin` first.
 * @param ca PEM of the API server's authority
 * @returns its path
 */
export function writeKubeconfig(folder: DataFolder, { tokens }: State, server: string, ca: string): string {
  const cluster = 'kube-gateway';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'admin',
    clusters: [
      { name: cluster, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: PEOPLE.map((name) => ({ name, user: { token: tokens[name] } })),
    contexts: PEOPLE.map((name) => ({ name, context: { cluster, user: name, namespace: NAMESPACE } })),
  };
  const file = folder.at('kubeconfig');
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}
