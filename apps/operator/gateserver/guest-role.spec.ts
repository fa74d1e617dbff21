import { describe, expect, it } from 'vitest';
import { NOTHING } from './discovery.js';
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

const FOUND = { served: SERVED, silent: [] };
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'patch', 'update'];

const resources = (text: string, role: 'reader' | 'admin' = 'reader', verb = 'get') =>
  guestRights(role, text, FOUND)
    .rules.filter(({ verbs }) => verbs.includes(verb))
    .flatMap((rule) => rule.resources.map((name) => `${rule.apiGroups[0]}/${name}`));

describe('guestRights', () => {
  it('gives the consoles and what stands around them when nothing is named', () => {
    const { rules, left } = guestRights('reader', ' ', NOTHING);
    expect(rules.flatMap((rule) => rule.resources).sort()).toEqual([
      'events',
      'pods',
      'services',
      'virtualmachineinstances',
      'virtualmachineinstances/console',
      'virtualmachineinstances/vnc',
      'virtualmachines',
    ]);
    expect(new Set(rules.flatMap((rule) => rule.verbs))).toEqual(new Set(READ));
    expect(left).toEqual([]);
  });

  it('never gives keys, grants or ways past the API by * (security rows 2 and 3)', () => {
    expect(resources('*', 'admin').sort()).toEqual([
      '/pods',
      '/pods/log',
      '/serviceaccounts',
      'apps/deployments',
      'subresources.kubevirt.io/virtualmachineinstances/vnc',
    ]);
  });

  describe('an admin never writes what the gateway or its keys are reached by (security rows 3 and 19)', () => {
    it('with nothing named', () => {
      const { rules, left } = guestRights('admin', '', NOTHING);
      const written = rules.filter(({ verbs }) => WRITE.some((verb) => verbs.includes(verb)));
      expect(written.flatMap((rule) => rule.resources).sort()).toEqual([
        'events',
        'virtualmachineinstances',
        'virtualmachines',
      ]);
      expect(left).toEqual([expect.stringMatching(/^pods, services: only get, list and watch, because .*the gateway/)]);
    });

    it('with *', () => {
      expect(resources('*', 'admin', 'create')).toEqual(['subresources.kubevirt.io/virtualmachineinstances/vnc']);
      expect(guestRights('admin', '*', FOUND).left[0]).toMatch(
        /^pods, pods\/log, serviceaccounts, deployments\.apps: only/,
      );
    });

    it.each([
      ['', 'configmaps'],
      ['', 'pods'],
      ['', 'pods/ephemeralcontainers'],
      ['', 'pods/eviction'],
      ['', 'services'],
      ['', 'services/status'],
      ['', 'endpoints'],
      ['', 'serviceaccounts'],
      ['', 'replicationcontrollers'],
      ['', 'bindings'],
      ['', 'resourcequotas'],
      ['', 'limitranges'],
      ['apps', 'deployments'],
      ['apps', 'deployments/scale'],
      ['apps', 'replicasets'],
      ['apps', 'statefulsets'],
      ['apps', 'daemonsets'],
      ['batch', 'jobs'],
      ['batch', 'cronjobs'],
      ['autoscaling', 'horizontalpodautoscalers'],
      ['networking.k8s.io', 'ingresses'],
      ['networking.k8s.io', 'networkpolicies'],
      ['gateway.networking.k8s.io', 'httproutes'],
      ['route.openshift.io', 'routes'],
      ['discovery.k8s.io', 'endpointslices'],
      ['coordination.k8s.io', 'leases'],
      ['policy', 'poddisruptionbudgets'],
      ['cert-manager.io', 'certificates'],
      ['tekton.dev', 'taskruns'],
      ['argoproj.io', 'workflows'],
      ['external-secrets.io', 'externalsecrets'],
      ['networking.istio.io', 'virtualservices'],
      ['cilium.io', 'ciliumnetworkpolicies'],
      ['operators.coreos.com', 'subscriptions'],
      ['monitoring.coreos.com', 'prometheuses'],
      ['build.openshift.io', 'builds'],
      ['extensions', 'ingresses'],
      ['export.kubevirt.io', 'virtualmachineexports'],
    ])('by the name of %s/%s', (group, name) => {
      const [resource = '', sub] = name.split('/');
      const text = `${resource}${group ? `.${group}` : ''}${sub ? `/${sub}` : ''}`;
      const { rules, left } = guestRights('admin', text, { served: [{ group, name }], silent: [] });
      expect(rules).toEqual([{ apiGroups: [group], resources: [name], verbs: READ }]);
      expect(left).toEqual([expect.stringContaining(`${text}: only get, list and watch`)]);
      expect(guestRights('reader', text, { served: [{ group, name }], silent: [] }).left).toEqual([]);
    });

    it('of a kind that nobody knows by * alone', () => {
      const served = [{ group: 'runs-pods.example.com', name: 'runs' }];
      const verbs = (text: string) => guestRights('admin', text, { served, silent: [] }).rules[0]?.verbs;
      expect(verbs('*')).toEqual(READ);
      expect(verbs('runs.runs-pods.example.com')).toEqual([...READ, ...WRITE]);
      expect(verbs('*,runs.runs-pods.example.com')).toEqual([...READ, ...WRITE]);
    });

    it('but what is harmless to it', () => {
      const served = [
        { group: '', name: 'persistentvolumeclaims' },
        { group: 'cdi.kubevirt.io', name: 'datavolumes' },
      ];
      const { rules, left } = guestRights('admin', '*', { served, silent: [] });
      for (const { verbs } of rules) expect(verbs).toEqual([...READ, ...WRITE]);
      expect(left).toEqual([]);
    });
  });

  it('warns of an admin who can give a machine the signing key as its disk', () => {
    const [warning] = guestRights('admin', '', NOTHING).warnings;
    expect(warning).toMatch(/virtual machines.*Secret/);
    expect(guestRights('reader', '', NOTHING).warnings).toEqual([]);
    expect(guestRights('admin', 'pods', FOUND).warnings).toEqual([]);
  });

  it.each([
    ['kubevirt.io', 'virtualmachineinstancereplicasets', true],
    ['pool.kubevirt.io', 'virtualmachinepools', true],
    ['clone.kubevirt.io', 'virtualmachineclones', true],
    ['snapshot.kubevirt.io', 'virtualmachinerestores', true],
    ['cdi.kubevirt.io', 'datavolumes', false],
    ['notkubevirt.io', 'virtualmachines', false],
    ['export.kubevirt.io', 'virtualmachineexports', false],
  ])('and so by what makes machines: %s/%s', (group, name, isWarned) => {
    const found = { served: [{ group, name }], silent: [] };
    expect(guestRights('admin', `${name}.${group}`, found).warnings).toHaveLength(isWarned ? 1 : 0);
    expect(guestRights('reader', `${name}.${group}`, found).warnings).toEqual([]);
  });

  it('gives a way past the API only when it is named', () => {
    expect(resources('pods, pods/exec')).toEqual(['/pods', '/pods/exec']);
  });

  it.each(['secrets', 'serviceaccounts/token', 'roles', 'gatetokens', 'gatetokens.kubegateway.kubevirt.io'])(
    'never gives %s, even when it is named (security row 3)',
    (name) => {
      expect(guestRights('admin', name, FOUND)).toMatchObject({
        rules: [],
        left: [`${name} is never granted to guests`],
      });
    },
  );

  it('says what the cluster does not have', () => {
    expect(guestRights('reader', 'unicorns,deployments.apps', FOUND)).toMatchObject({
      rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch'] }],
      left: ['unicorns is not served by this cluster'],
    });
  });

  it('does not say that something is not served while its API is away', () => {
    const { left } = guestRights('reader', 'unicorns,metrics.away.io,deployments.apps', {
      ...FOUND,
      silent: ['away.io'],
    });
    expect(left).toEqual([
      'unicorns cannot be looked up now: away.io does not respond',
      'metrics.away.io cannot be looked up now: away.io does not respond',
    ]);
    expect(guestRights('reader', '*', { ...FOUND, silent: ['away.io'] }).left).toEqual([
      '* is incomplete: away.io does not respond',
    ]);
  });
});
