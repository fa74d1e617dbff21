import { describe, expect, it } from 'vitest';
import { explain, neverGranted, parseGrant } from './index.js';

const NS = '/api/v1/namespaces/ns';

describe('explain', () => {
  it.each([
    [`${NS}/pods/web`, 'Read and delete pods web in namespace ns.'],
    [`${NS}/pods`, 'List, watch, and delete pods in namespace ns.'],
    [`/api/v1/pods`, 'List, watch, and delete pods in all namespaces.'],
    [`${NS}/pods/web/log`, 'Read and delete pods/log web in namespace ns.'],
    [NS, 'Read and delete namespaces ns.'],
    ['/version', 'Read and delete /version.'],
    ['*', 'Read and delete everything.'],
    [`${NS}/*`, `Read and delete everything with a path that starts with ${NS}/.`],
    [`${NS}/secrets/s`, `Nothing at ${NS}/secrets/s: no link can grant access to secrets.`],
  ])('%s: %s', (url, expected) => {
    expect(explain(parseGrant({ urls: [url], verbs: ['get', 'delete'] }))).toEqual([expected]);
  });

  const VMI = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/vm';
  it.each<[string, string[], string]>([
    [`${NS}/pods/web`, ['post', 'put', 'patch'], 'Create, replace, and change pods web in namespace ns.'],
    ['/version', ['head'], 'HEAD /version.'],
    ['/version', ['head', 'options'], 'HEAD and OPTIONS /version.'],
    ['/api/v1/nodes/n', ['get'], 'Read nodes n.'],
    ['/api/v1/watch', ['get'], 'Read /api/v1/watch.'],
    [`${VMI}/vnc`, ['get'], 'Use the screen of virtual machine vm in namespace ns.'],
    [`${VMI}/vnc`, ['put'], 'Replace virtualmachineinstances/vnc vm in namespace ns.'],
    [`${VMI}/vnc/screenshot`, ['get'], 'Read virtualmachineinstances/vnc/screenshot vm in namespace ns.'],
    [
      `${NS}/serviceaccounts/a/token`,
      ['post'],
      `Nothing at ${NS}/serviceaccounts/a/token: no link can grant access to service account tokens.`,
    ],
  ])('%s by %j: %s', (url, verbs, expected) => {
    expect(explain(parseGrant({ urls: [url], verbs }))).toEqual([expected]);
  });

  it('says once what two URLs allow', () => {
    expect(explain(parseGrant({ urls: [`${VMI}/vnc`, `${VMI.replace('v1', 'v1alpha3')}/vnc`] }))).toHaveLength(1);
  });

  it('names the consoles of a VM once, whatever the version', () => {
    expect(explain(parseGrant({ vm: 'testvm', namespace: 'ns', viewOnly: true }))).toEqual([
      'Use the screen of virtual machine testvm in namespace ns.',
      'Use the serial console of virtual machine testvm in namespace ns.',
      'View only: keyboard, mouse and clipboard input does not reach the virtual machine.',
    ]);
  });

  it('names no method that viewing only takes away', () => {
    expect(explain(parseGrant({ urls: ['/version'], verbs: ['head', 'put'], viewOnly: true }))[0]).toBe(
      'HEAD /version.',
    );
    expect(explain(parseGrant({ urls: [`${NS}/pods`], verbs: ['delete'], viewOnly: true }))[0]).toBe(
      `Nothing at ${NS}/pods.`,
    );
  });
});

describe('neverGranted', () => {
  it.each([
    [`${NS}/secrets`, 'secrets'],
    [`${NS}/secrets/*`, 'secrets'],
    [`${NS}/secrets/a*`, 'secrets'],
    [`${NS}/serviceaccounts/a/token`, 'service account tokens'],
    ['/apis/kubegateway.kubevirt.io/v1beta1/*', "the gateway's own objects"],
    ['/apis/rbac.authorization.k8s.io/v1/roles', 'roles and bindings'],
    ['/apis/authorization.openshift.io/v1/rolebindings', 'roles and bindings'],
    ['/apis/oauth.openshift.io/v1/oauthaccesstokens', 'access tokens'],
  ])('%s: %s', (url, what) => {
    expect(neverGranted([url])).toEqual([{ url, what }]);
  });
  it.each([
    `${NS}/secrets*`,
    `${NS}/*`,
    '*',
    `${NS}/pods/web`,
    `${NS}/pods/a/token`,
    '/apis/apps/v1/secrets',
    'nonsense',
  ])('says nothing of %s', (url) => {
    expect(neverGranted([url])).toEqual([]);
  });
});
