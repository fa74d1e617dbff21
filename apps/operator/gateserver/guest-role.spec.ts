import { describe, expect, it } from 'vitest';
import { guestRights } from './guest-role.js';

const SERVED = [
  { group: '', name: 'pods' },
  { group: '', name: 'pods/exec' },
  { group: '', name: 'pods/log' },
  { group: '', name: 'pods/portforward' },
  { group: '', name: 'secrets' },
  { group: '', name: 'serviceaccounts' },
  { group: '', name: 'serviceaccounts/token' },
  { group: '', name: 'services/proxy' },
  { group: 'apps', name: 'deployments' },
  { group: 'rbac.authorization.k8s.io', name: 'roles' },
  { group: 'kubegateway.kubevirt.io', name: 'gatetokens' },
  { group: 'kubegateway.kubevirt.io', name: 'gatetokens/status' },
  { group: 'subresources.kubevirt.io', name: 'virtualmachineinstances/vnc' },
  { group: 'subresources.kubevirt.io', name: 'virtualmachineinstances/vsock' },
];

const resources = (text: string, role: 'reader' | 'admin' = 'reader') =>
  guestRights(role, text, SERVED).rules.flatMap((rule) => rule.resources.map((name) => `${rule.apiGroups[0]}/${name}`));

describe('guestRights', () => {
  it('gives the consoles and what stands around them when nothing is named', () => {
    const { rules } = guestRights('reader', ' ', []);
    expect(rules.flatMap((rule) => rule.resources)).toEqual([
      'virtualmachines',
      'virtualmachineinstances',
      'virtualmachineinstances/vnc',
      'virtualmachineinstances/console',
      'pods',
      'services',
      'events',
    ]);
    expect(new Set(rules.flatMap((rule) => rule.verbs))).toEqual(new Set(['get', 'list', 'watch']));
  });

  it('never gives keys, grants or ways past the API by * (security rows 2 and 3)', () => {
    expect(resources('*', 'admin')).toEqual([
      '/pods',
      '/pods/log',
      '/serviceaccounts',
      'apps/deployments',
      'subresources.kubevirt.io/virtualmachineinstances/vnc',
    ]);
  });

  it('gives a way past the API only when it is named', () => {
    expect(resources('pods, pods/exec')).toEqual(['/pods', '/pods/exec']);
  });

  it.each(['secrets', 'serviceaccounts/token', 'roles', 'gatetokens', 'gatetokens.kubegateway.kubevirt.io'])(
    'never gives %s, even when it is named (security row 3)',
    (name) => {
      expect(guestRights('admin', name, SERVED)).toEqual({ rules: [], left: [`${name} is never given to guests`] });
    },
  );

  it('says what the cluster does not have', () => {
    expect(guestRights('reader', 'unicorns,deployments.apps', SERVED)).toEqual({
      rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch'] }],
      left: ['unicorns is not served by this cluster'],
    });
  });
});
