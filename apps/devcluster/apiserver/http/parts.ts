import { type Aggregator, type PodLogs } from '../aggregation/index.js';
import { type Authenticator } from '../authn/index.js';
import { type ServiceAccountTokens } from '../authn/service-accounts.js';
import { type Rbac } from '../authz/rbac.js';
import { type Context } from '../context.js';
import { type Reviews } from '../reviews/index.js';
import { type Fields } from '../types.js';

export interface OpenApi {
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
  /** Group versions that other servers answer for. */
  foreign: Aggregator;
  podLogs: PodLogs;
  openapi: OpenApi;
  address: () => string;
  report: (error: unknown) => void;
}
