import { afterEach, expect, it } from 'vitest';
import { SIGNING_KEY } from '#libs/api';
import { OwnClient, type ResourceType, types } from '#libs/kube';
import { json, TestServer } from '../../../libs/kube/testing/server.js';
import { type Faults } from '../ops/faults.js';
import { MANAGED_BY, OPERATOR } from './labels.js';
import { Watches } from './watches.js';

const VALUE = 'c2VjcmV0';

let server: TestServer | undefined;
let watches: Watches | undefined;
afterEach(async () => {
  await watches?.stop();
  await server?.close();
});

const lastApplied = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { key: VALUE } }) };
const secret = (name: string, { labels = {}, annotations = {} }: Record<string, Record<string, string>> = {}) => ({
  metadata: {
    ...{ name, namespace: 'n', uid: name, resourceVersion: '1', labels },
    annotations: { ...lastApplied, ...annotations },
    managedFields: [{ fieldsV1: { 'f:data': { [VALUE]: {} } } }],
  },
  data: { key: VALUE },
});
const LABEL = { labels: { [MANAGED_BY]: OPERATOR } };
const controlledBy = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: 'v1', kind, name, uid: 'u', controller: true }],
});
const labelled = (name: string, owners: object) => {
  const { metadata, data } = secret(name, LABEL);
  return { metadata: { ...metadata, ...owners }, data };
};
const OWN = labelled('gs-session', controlledBy('GateServer', 'gs'));
/** Who may create Secrets may give them any label and any owner. */
const CLAIMED = [
  labelled('gs-tls', {}),
  labelled('gs-jwt-secret', controlledBy('Deployment', 'gs')),
  labelled('gs-other', controlledBy('GateServer', 'gs')),
  labelled('gs-jwks', { ownerReferences: [{ kind: 'GateServer', name: 'gs', uid: 'u' }] }),
];
const OTHERS = [secret('plain'), secret('mine', { annotations: { [SIGNING_KEY]: 'true' } })];
const INGRESS = {
  metadata: { ...secret('web').metadata },
  spec: { rules: [{ host: 'a.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: VALUE }] } }] },
};
const GATEWAY = { 'app.kubernetes.io/instance': 'gs' };
const POD = {
  ...secret('pod', { labels: { ...LABEL.labels, ...GATEWAY, more: VALUE } }),
  status: { phase: 'Running' },
};
const VM = { metadata: { name: 'vm', namespace: 'n', uid: 'u' }, spec: { userData: VALUE } };

/** A server that knows selectors, and sends whole objects whatever it is asked for. */
async function started(): Promise<Watches> {
  server = await TestServer.start((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://x');
    if (searchParams.has('watch')) return void res.writeHead(200).flushHeaders();
    const own = searchParams.has('labelSelector');
    const kinds = {
      secrets: own ? [OWN, ...CLAIMED] : [OWN, ...CLAIMED, ...OTHERS],
      virtualmachines: [VM],
      virtualmachineinstances: [VM],
      pods: [POD],
      ingresses: own ? [] : [INGRESS],
    };
    const items = kinds[pathname.split('/').at(-1) as keyof typeof kinds] ?? [];
    json(res, { metadata: { resourceVersion: '5' }, items });
  });
  const found = new Watches(new OwnClient(server.upstream), { warn: () => undefined } as unknown as Faults);
  watches = found;
  found.start();
  await Promise.all(found.all().map((informer) => informer.synced()));
  return found;
}

/** The forms that were asked for; undefined: whole objects. */
const accepted = ({ resource }: ResourceType, query: string) =>
  server?.requests
    .filter(({ url }) => url.pathname.endsWith(`/${resource}`) && url.search.includes(query))
    .map(({ headers: { accept } }) => /as=(\w+);/.exec(accept ?? '')?.[1]);

it('asks for the metadata of Secrets and VMs, and for the data of its own Secrets alone', async () => {
  await started();
  for (const type of [types.secrets, types.virtualMachines, types.virtualMachineInstances]) {
    expect(accepted(type, '?limit')).toEqual(['PartialObjectMetadataList']);
    await expect.poll(() => accepted(type, '?resourceVersion')).toEqual(['PartialObjectMetadata']);
  }
  await expect.poll(() => accepted(types.secrets, '?labelSelector')).toEqual([undefined, undefined]);
});

it('reads GateTokens in pages of 100, as each may be large, and other kinds in pages of 500', async () => {
  const { gateServers, gateTokens, gateSessions } = await started();
  const limits = [gateServers, gateTokens, gateSessions].map(({ resource }) => {
    const lists = server?.requests.filter(({ url }) => url.pathname.endsWith(`/${resource}`));
    return lists?.map(({ url }) => url.searchParams.get('limit')).find((limit) => limit !== null);
  });
  expect(limits).toEqual(['500', '100', '500']);
});

it("keeps neither data nor anything that may hold data, of others' Secrets and VMs (security row 23)", async () => {
  const { secrets, owned, virtualMachines, virtualMachineInstances } = await started();
  for (const watch of [secrets, virtualMachines, virtualMachineInstances]) {
    expect(watch.list()).not.toEqual([]);
    expect(JSON.stringify(watch.list())).not.toContain(VALUE);
  }
  expect(secrets.get('mine', 'n')).toEqual({
    metadata: {
      name: 'mine',
      namespace: 'n',
      uid: 'mine',
      resourceVersion: '1',
      annotations: { [SIGNING_KEY]: 'true' },
    },
  });
  expect(owned.get(types.secrets)?.get('gs-session', 'n')).toEqual(OWN);
  expect(virtualMachines.get('vm', 'n')?.metadata.uid).toBe('u');
});

it('keeps nothing but whose they are of objects that others gave its label (security row 23)', async () => {
  const { owned, pods } = await started();
  for (const { metadata } of CLAIMED) {
    const kept = owned.get(types.secrets)?.get(metadata.name, 'n');
    expect(JSON.stringify(kept)).not.toContain(VALUE);
    const { annotations: _, managedFields: __, ...rest } = metadata;
    expect(kept).toEqual({ metadata: rest });
  }
  const metadata = { name: 'pod', namespace: 'n', uid: 'pod', resourceVersion: '1', labels: GATEWAY };
  expect(pods.list()).toEqual([{ metadata, status: { phase: 'Running' } }]);
});

it('keeps the hosts of all Ingresses, and nothing else of their spec', async () => {
  const { ingresses } = await started();
  const metadata = { name: 'web', namespace: 'n', uid: 'web', resourceVersion: '1' };
  expect(ingresses.list()).toEqual([{ metadata, hosts: ['a.example.com'] }]);
});
