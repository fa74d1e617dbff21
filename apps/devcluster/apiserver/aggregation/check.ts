import { text } from 'node:stream/consumers';
import { type Socket } from 'node:net';

import { type Fields } from '../types.js';
import { type RemoteService } from './api-service.js';
import { userHeaders } from './identity.js';
import { type Address, UnresolvedError } from './resolve.js';
import { type Transports } from './transport.js';

/** One entry of an APIResourceList. */
export interface ApiResource extends Fields {
  name: string;
  singularName?: string;
  namespaced: boolean;
  kind: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  group?: string;
  version?: string;
}

const TIMEOUT_MS = 5000;

/** Who the check speaks as: somebody whom no backend refuses. */
const CHECKER = { username: 'system:kube-aggregator', groups: ['system:masters'] };

/**
 * Asks a backend for its group version's resources.
 * @param onSocket gets the connection: when it closes, the backend may be gone
 * @throws UnresolvedError with the reason FailedDiscoveryCheck
 */
export async function discover(
  remote: RemoteService,
  address: Address,
  transports: Transports,
  onSocket: (socket: Socket) => void,
): Promise<ApiResource[]> {
  const path = remote.group ? `/apis/${remote.group}/${remote.version}` : `/api/${remote.version}`;
  const url = `https://${address.host}:${address.port}${path}`;
  try {
    return await ask({ ...remote, insecure: true }, address, path, transports, onSocket);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnresolvedError(
      'FailedDiscoveryCheck',
      `failing or missing response from ${url}: ${why.startsWith('bad status') ? why : `Get "${url}": ${why}`}`,
    );
  }
}

function ask(
  remote: RemoteService,
  address: Address,
  path: string,
  transports: Transports,
  onSocket: (socket: Socket) => void,
): Promise<ApiResource[]> {
  return new Promise((done, fail) => {
    const headers = { ...userHeaders(CHECKER), accept: 'application/json' };
    const request = transports.open({ ...remote, name: `check ${remote.name}` }, address, { path, headers });
    request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error('context deadline exceeded')));
    request.on('socket', onSocket);
    request.on('error', fail);
    request.on('response', (answer) => {
      const code = answer.statusCode ?? 0;
      if (code < 200 || code >= 300) {
        answer.resume();
        fail(new Error(`bad status from https://${address.host}:${address.port}${path}: ${code}`));
        return;
      }
      text(answer).then((body) => done(resourcesOf(body)), fail);
    });
    request.end();
  });
}

/** A backend whose list cannot be read is there all the same. */
function resourcesOf(body: string): ApiResource[] {
  try {
    const list = JSON.parse(body) as { resources?: ApiResource[] };
    return Array.isArray(list.resources) ? list.resources : [];
  } catch {
    return [];
  }
}
