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

  it('names the consoles of a VM once, whatever the version', () => {
    expect(explain(parseGrant({ vm: 'testvm', namespace: 'ns', viewOnly: true }))).toEqual([
      'Use the screen of virtual machine testvm in namespace ns.',
      'Use the serial console of virtual machine testvm in namespace ns.',
      'View only: keyboard, mouse and clipboard input does not reach the virtual machine.',
    ]);
  });

  it('names no method that viewing only takes away', () => {
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
  ])('%s: %s', (url, what) => {
    expect(neverGranted([url])).toEqual([{ url, what }]);
  });
  it.each([`${NS}/secrets*`, `${NS}/*`, '*', `${NS}/pods/web`])('says nothing of %s', (url) => {
    expect(neverGranted([url])).toEqual([]);
  });
});
