import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';
import { type Authenticator } from '../authn/index.js';
import { type ServiceAccountTokens } from '../authn/service-accounts.js';
import { type Rbac } from '../authz/rbac.js';
import { type Context } from '../context.js';
import { type ForeignGroups } from '../discovery/documents.js';
import { type RequestInfo } from '../request-info.js';
import { type Reviews } from '../reviews/index.js';
import { type Fields, type UserInfo } from '../types.js';

/** Group versions that other servers answer for. */
export interface Foreign extends ForeignGroups {
  serves(group: string, version: string): boolean;
  handle(req: IncomingMessage, res: ServerResponse, user: UserInfo, group: string, version: string): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, user: UserInfo, group: string, version: string): void;
}

export interface PodLogs {
  logs(res: ServerResponse, namespace: string, pod: string, query: URLSearchParams): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, pod: RequestInfo): void;
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
