import { SUBRESOURCE_GROUP, SUBRESOURCE_VERSIONS } from '#libs/kubevirt';
import { ROUTES } from './routes.js';

const versions = SUBRESOURCE_VERSIONS.map((version) => ({ groupVersion: `${SUBRESOURCE_GROUP}/${version}`, version }));

const GROUP = {
  kind: 'APIGroup',
  apiVersion: 'v1',
  name: SUBRESOURCE_GROUP,
  versions,
  preferredVersion: versions[0],
  serverAddressByClientCIDRs: [],
};

/** Subresources as KubeVirt lists them: without their parents, without verbs. */
const resourceList = (groupVersion: string): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: [...ROUTES.keys()].map((name) => ({ name, singularName: '', namespaced: true, kind: '', verbs: [] })),
});

const VERSION = { gitVersion: 'v1.8.0', gitCommit: '', gitTreeState: 'clean', goVersion: '', platform: 'linux/amd64' };

const DOCUMENTS: ReadonlyMap<string, object> = new Map<string, object>([
  ['/apis', { kind: 'APIGroupList', apiVersion: 'v1', groups: [GROUP] }],
  [`/apis/${SUBRESOURCE_GROUP}`, GROUP],
  ...versions.map(({ groupVersion }) => [`/apis/${groupVersion}`, resourceList(groupVersion)] as const),
  ...versions.map(({ groupVersion }) => [`/apis/${groupVersion}/version`, VERSION] as const),
  ...versions.map(
    ({ groupVersion }) => [`/apis/${groupVersion}/healthz`, { apiserver: { connectivity: 'ok' } }] as const,
  ),
  ['/openapi/v3', { paths: {} }],
]);

/** Documents that everybody may read: content type and body of what is served here. `/healthz` is `ok`. */
export function discover(path: string): [type: string, body: string] | undefined {
  if (path === '/healthz' || path === '/readyz' || path === '/livez') return ['text/plain; charset=utf-8', 'ok'];
  const document = DOCUMENTS.get(path.length > 1 ? path.replace(/\/$/, '') : path);
  return document && ['application/json', JSON.stringify(document)];
}
