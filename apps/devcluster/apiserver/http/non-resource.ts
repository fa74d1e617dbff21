import { type IncomingMessage, type ServerResponse } from 'node:http';
import { ISSUER } from '../authn/service-accounts.js';
import { aggregated, apiGroup, coreVersions, groupList, groupVersions, resourceList } from '../discovery/documents.js';
import { sendProtobuf } from '../openapi/index.js';
import { unknownResource } from '../status.js';
import { type Fields } from '../types.js';
import { type Admitted } from './authorize.js';
import { type Parts } from './parts.js';
import { send, sendObject, sendText } from './respond.js';

const VERSION = {
  major: '1',
  minor: '37',
  emulationMajor: '1',
  emulationMinor: '37',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '36',
  gitVersion: 'v1.37.2',
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
  else if (path === '/openid/v1/jwks') send(res, 200, JSON.stringify(parts.tokens.jwks()), 'application/jwk-set+json');
  else if (path === '/.well-known/openid-configuration') sendObject(res, 200, openidConfiguration(parts));
  else if (path === '/openapi/v2' && sendProtobuf(res, req.headers.accept ?? '')) return true;
  else if (path.startsWith('/openapi/')) return openapi(parts, path, res);
  else return discovery(parts, path, req.headers.accept ?? '', res);
  return true;
}

const openidConfiguration = ({ address }: Parts): Fields => ({
  issuer: ISSUER,
  jwks_uri: `https://${address()}/openid/v1/jwks`,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
});

function openapi({ openapi: documents }: Parts, path: string, res: ServerResponse): boolean {
  const document =
    path === '/openapi/v2'
      ? documents.v2()
      : path === '/openapi/v3'
        ? documents.index()
        : documents.v3(path.slice('/openapi/v3/'.length));
  if (!document) return false;
  if (path === '/openapi/v3') send(res, 200, JSON.stringify(document), 'text/plain; charset=utf-8');
  else sendObject(res, 200, document);
  return true;
}

/** The version of the aggregated discovery that the client takes first, undefined where it wants the old form. */
function aggregatedVersion(accept: string): string | undefined {
  for (const choice of accept.split(',')) {
    if (!choice.includes('as=APIGroupDiscoveryList')) {
      if (choice.trim().startsWith('application/json') || choice.trim().startsWith('*/*')) return undefined;
      continue;
    }
    const version = /;\s*v=(v2beta1|v2)\b/.exec(choice)?.[1];
    if (choice.trim().startsWith('application/json') && version) return version;
  }
  return undefined;
}

function discovery(parts: Parts, path: string, accept: string, res: ServerResponse): boolean {
  const { ctx, foreign, address } = parts;
  const [root, group, version, ...more] = path.split('/').filter(Boolean);
  if (more.length) return false;
  if ((root === 'api' || root === 'apis') && group === undefined) {
    const wanted = aggregatedVersion(accept);
    if (!wanted) {
      sendObject(res, 200, root === 'api' ? coreVersions(address()) : groupList(ctx.registry, foreign), accept);
      return true;
    }
    const document = aggregated(ctx.registry, foreign, root === 'api', `apidiscovery.k8s.io/${wanted}`);
    send(
      res,
      200,
      JSON.stringify(document),
      `application/json;g=apidiscovery.k8s.io;v=${wanted};as=APIGroupDiscoveryList`,
    );
    return true;
  }
  if (
    root === 'apis' &&
    version &&
    groupVersions(ctx.registry).has(group ?? '') &&
    !ctx.registry.hasVersion(group ?? '', version)
  ) {
    throw unknownResource();
  }
  const document =
    root === 'api' && !version ? resourceList(ctx.registry, '', group ?? '') : groupOrList(parts, root, group, version);
  if (!document) return root === undefined ? index(parts, res) : false;
  sendObject(res, 200, document, accept);
  return true;
}

function groupOrList({ ctx, foreign }: Parts, root = '', group = '', version?: string): Fields | undefined {
  if (root !== 'apis') return undefined;
  if (version) return resourceList(ctx.registry, group, version);
  const versions = groupVersions(ctx.registry).get(group);
  if (versions) return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, versions) };
  const other = foreign.groups().find(({ name }) => name === group);
  return other && { kind: 'APIGroup', apiVersion: 'v1', ...other };
}

function index({ ctx }: Parts, res: ServerResponse): boolean {
  const groups = [...groupVersions(ctx.registry)].filter(([group]) => group);
  const paths = groups.flatMap(([group, versions]) => [
    `/apis/${group}`,
    ...versions.map((version) => `/apis/${group}/${version}`),
  ]);
  const fixed = ['/api', '/api/v1', '/apis', ...paths, '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz'];
  sendObject(res, 200, { paths: [...fixed, '/version'].sort() });
  return true;
}
