import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';
import { type Authenticator } from '../authn/index.js';
import { type ServiceAccountTokens } from '../authn/service-accounts.js';
import { type Rbac } from '../authz/rbac.js';
import { type Context } from '../context.js';
import { type ForeignGroups } from '../discovery/documents.js';
import { type Reviews } from '../reviews/index.js';
import { type Fields, type KubeObject, type UserInfo } from '../types.js';

/** Group versions that other servers answer for. */
export interface Foreign extends ForeignGroups {
  handles(group: string, version: string): boolean;
  proxy(req: IncomingMessage, res: ServerResponse, user: UserInfo): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, user: UserInfo): void;
}

export interface PodLogs {
  logs(req: IncomingMessage, res: ServerResponse, pod: KubeObject, container: string | undefined): void | Promise<void>;
}

export interface OpenApi {
  v2(): Fields;
  index(): Fields;
  v3(path: string): Fields | undefined;
}

/** What the doors of the server lead to. */
export interface Parts {
  ctx: Context;
  authenticator: Authenticator;
  tokens: ServiceAccountTokens;
  rbac: Rbac;
  reviews: Reviews;
  foreign: Foreign;
  podLogs: PodLogs;
  openapi: OpenApi;
  address: () => string;
  report: (error: unknown) => void;
}
