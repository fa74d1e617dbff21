/** The API server of a running `npm start`, as its first user with a token: what the measurements here share. */
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { parse } from 'yaml';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data'?: string } }[];
  users: { user: { token?: string } }[];
}

export interface BenchedServer {
  /** Path of the kubeconfig. */
  file: string;
  url: URL;
  token: string;
  pool: Pool;
  headers: { authorization: string; 'content-type': string };
  /** @throws Error for an answer other than 2xx */
  ask: <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<T>;
}

/** Reads the kubeconfig that KUBECONFIG names. Ends the program with a sentence if it is not set. */
export function benchedServer(connections: number): BenchedServer {
  const file = process.env['KUBECONFIG'];
  if (file === undefined) {
    console.error('Set KUBECONFIG to the kubeconfig that npm start printed.');
    process.exit(2);
  }
  const { clusters, users } = parse(readFileSync(file, 'utf8')) as Kubeconfig;
  const server = clusters[0]?.cluster;
  const token = users.find(({ user }) => user.token !== undefined)?.user.token;
  if (server === undefined || token === undefined) throw new Error('The kubeconfig has no server or no token');
  const ca = Buffer.from(server['certificate-authority-data'] ?? '', 'base64').toString();
  const url = new URL(server.server);
  const pool = new Pool(url.origin, { connections, connect: { ca, servername: 'localhost' } });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = async <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> => {
    const answer = await pool.request({ method, path, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text) as T;
  };
  return { file, url, token, pool, headers, ask };
}
