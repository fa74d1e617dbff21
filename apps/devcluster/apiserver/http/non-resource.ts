import { type IncomingMessage, type ServerResponse } from 'node:http';
import { apiGroup, coreVersions, groupList, groupVersions, resourceList } from '../discovery/documents.js';
import { OPENAPI_V2, V2_TYPE, V2_WANTED } from '../openapi/v2.js';
import { unknownResource } from '../status.js';
import { type Fields } from '../types.js';
import { type Admitted } from './authorize.js';
import { type Parts } from './parts.js';
import { send, sendObject, sendText } from './respond.js';

/** One minor version above the kubectl that the launcher downloads: further apart, `kubectl version` warns. */
const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0',
  gitCommit: 'none',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: `${process.platform}/${process.arch}`,
};

/** Paths that name no resource: health, version, discovery, OpenAPI. False where there is nothing. */
export function nonResource(parts: Parts, req: IncomingMessage, res: ServerResponse, { info }: Admitted): boolean {
  const path = info.path.replace(/(.)\/+$/, '$1');
  if (/^\/(livez|readyz|healthz)(\/|$)/.test(path)) sendText(res, 200, 'ok');
  else if (path === '/version') sendObject(res, 200, VERSION);
  else if (path === '/openapi/v2' && req.headers.accept?.includes(V2_WANTED)) send(res, 200, OPENAPI_V2, V2_TYPE);
  else if (path.startsWith('/openapi/v3')) return openapi(parts, path, res);
  else return discovery(parts, path, res);
  return true;
}

function openapi({ openapi: documents }: Parts, path: string, res: ServerResponse): boolean {
  const document = path === '/openapi/v3' ? documents.index() : documents.v3(path.slice('/openapi/v3/'.length));
  if (document) sendObject(res, 200, document);
  return document !== undefined;
}

/** The old form alone: clients that ask for the aggregated one (KEP-3352) fall back to it. */
function discovery(parts: Parts, path: string, res: ServerResponse): boolean {
  const { ctx, foreign, address } = parts;
  const [root, group, version, ...more] = path.split('/').filter(Boolean);
  if (more.length) return false;
  let document: Fields | undefined;
  if (root === 'api') {
    document =
      group === undefined ? coreVersions(address()) : version ? undefined : resourceList(ctx.registry, '', group);
  } else if (root === 'apis') {
    document = group === undefined ? groupList(ctx.registry, foreign.groups()) : groupOrList(parts, group, version);
  }
  if (!document) return false;
  sendObject(res, 200, document);
  return true;
}

/** @throws ApiError 404 for a version that a known group does not have */
function groupOrList({ ctx, foreign }: Parts, group: string, version?: string): Fields | undefined {
  const versions = groupVersions(ctx.registry).get(group) ?? foreign.groups().get(group);
  if (!versions) return undefined;
  if (!version) return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, versions) };
  const list = resourceList(ctx.registry, group, version);
  if (list) return list;
  throw unknownResource();
}
