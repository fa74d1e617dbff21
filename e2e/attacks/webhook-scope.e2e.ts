import { afterAll, beforeAll, expect, it } from 'vitest';
import { isKubeError, types } from '#libs/kube';
import { tokenOf } from '../support/accounts.js';
import { adminClient } from '../support/admin.js';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { gatetoken } from '../support/manifests.js';
import { rawRequest } from '../support/raw-request.js';
import { until } from '../support/until.js';
import { type Configuration, CONFIGURATION, CONFIGURATIONS } from '../support/webhook.js';

const GROUP = 'kubegateway.kubevirt.io';
const WHO = 'namespace-owner';
/** By which webhooks leave namespaces and objects out, or are made to. */
const LABELS = {
  'control-plane': 'true',
  'admissions.enforcer/disabled': 'true',
  'kube-gateway': 'disabled',
  [`${GROUP}/ignore`]: 'true',
  'openshift.io/run-level': '0',
  'app.kubernetes.io/name': 'kube-gateway-operator',
};
const namespace = `scope-${Date.now().toString(36)}`;
const admin = adminClient();

interface Discovered {
  versions: { groupVersion: string; version: string }[];
}

/** May do everything in a namespace of their own, but see no console. */
beforeAll(async () => {
  await admin.create(types.namespaces, { metadata: { name: namespace, labels: LABELS } });
  await kubectlOk(
    `create role ${WHO} -n ${namespace} --verb=create,get,list,patch,delete --resource=gatetokens.${GROUP},configmaps`,
  );
  await kubectlOk(`create rolebinding ${WHO} -n ${namespace} --role=${WHO} --user=${WHO}`);
  await until(
    'they may',
    async () => (await kubectl(`auth can-i create gatetokens -n ${namespace} --as=${WHO}`)).code === 0,
  );
});
afterAll(async () => {
  await kubectl(`patch configmap holds -n ${namespace} --type=merge -p {"metadata":{"finalizers":null}}`);
  await kubectl(`delete namespace ${namespace} --wait=false`);
  const isGone = (error: unknown): boolean => isKubeError(error, 404);
  await until('the namespace is gone', () => admin.get(types.namespaces, namespace).then(() => false, isGone), 60_000);
});

it('no label takes a namespace or an object out of the webhooks (security row 13)', async () => {
  const all = await Promise.all(CONFIGURATIONS.map((type) => admin.get<Configuration>(type, CONFIGURATION)));
  for (const { webhooks } of all) {
    for (const { namespaceSelector = {}, objectSelector = {}, matchConditions = [], matchPolicy } of webhooks) {
      expect([namespaceSelector, objectSelector, matchConditions, matchPolicy]).toEqual([{}, {}, [], 'Equivalent']);
    }
  }
  const token = JSON.parse(gatetoken('labelled', { vm: 'demo' })) as { metadata: object };
  const labelled = { ...token, metadata: { ...token.metadata, labels: LABELS, annotations: LABELS } };
  const told = await kubectlFails(`create -f - -n ${namespace} --as=${WHO}`, { input: JSON.stringify(labelled) });
  expect(told).toContain(`user ${WHO} cannot get virtualmachineinstances/vnc in namespace ${namespace}`);
  expect(await kubectlFails(`get gatetoken labelled -n ${namespace}`)).toContain('not found');
});

it('every version that is served goes through them, and there is no other', async () => {
  const { versions } = JSON.parse(await kubectlOk(`get --raw /apis/${GROUP}`)) as Discovered;
  expect(versions.map(({ version }) => version)).toEqual(['v1beta1']);
  const all = await Promise.all(CONFIGURATIONS.map((type) => admin.get<Configuration>(type, CONFIGURATION)));
  const onCreate = all.map(({ webhooks }) =>
    webhooks
      .flatMap(({ rules }) => rules)
      .filter(({ operations, resources }) => operations.includes('CREATE') && resources.includes('gatetokens')),
  );
  for (const rules of onCreate) {
    expect(rules).toEqual([expect.objectContaining({ apiGroups: [GROUP], apiVersions: ['v1beta1'] })]);
  }
  const token = tokenOf('dev');
  for (const [version, written] of [
    ['v1', 'v1'],
    ['v1alpha1', 'v1alpha1'],
    ['v1beta1', 'v1'],
  ]) {
    const body = gatetoken('other-version', { urls: ['*'] }).replace('v1beta1', written ?? '');
    const path = `/apis/${GROUP}/${version ?? ''}/namespaces/${namespace}/gatetokens`;
    const answer = await rawRequest({ path, token, body });
    expect([400, 403, 404]).toContain(answer.status);
  }
  expect(await kubectlFails(`get gatetoken other-version -n ${namespace}`)).toContain('not found');
});

it('in a namespace that is being deleted nothing is issued', async () => {
  const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'holds', finalizers: ['example.com/held'] } };
  await kubectlOk(`create -f - -n ${namespace}`, { input: JSON.stringify(held) });
  await kubectlOk(`delete namespace ${namespace} --wait=false`);
  const input = gatetoken('late', { urls: [`/api/v1/namespaces/${namespace}/pods`] });
  for (const who of [[], [`--as=${WHO}`]]) {
    const told = await kubectlFails(['create', '-f', '-', '-n', namespace, ...who], { input });
    expect(told).toContain('(Forbidden)');
  }
  expect(await kubectlFails(`create -f - -n ${namespace}`, { input })).toContain('is being terminated');
  expect(await kubectlFails(`get gatetoken late -n ${namespace}`)).toContain('not found');
});
