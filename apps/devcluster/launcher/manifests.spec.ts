import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type KubeObject } from '#libs/kube';
import images from '../node/images.json' with { type: 'json' };
import { readManifests } from './manifests.js';
import { withPorts } from './sample.js';

const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const install = readManifests(`${deploy}install.yaml`);
const samples = readManifests(`${deploy}samples`);

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

interface Binding {
  roleRef: { kind: string; name: string };
  subjects: { name: string }[];
}

const GROUP = 'kubegateway.kubevirt.io';
const PEOPLE = ['kube-gateway-admin', 'kube-gateway-issuer', 'kube-gateway-viewer'];
const READ = ['get', 'list', 'watch'];

function named<T extends object = KubeObject>(objects: KubeObject[], kind: string, name: string): T {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found as T & KubeObject;
}

const roleOf = (name: string) => named<{ rules: Rule[] }>(install, 'ClusterRole', name).rules;

test('install.yaml has all that an operator needs', () => {
  const kinds = new Set(install.map(({ kind }) => kind));
  for (const kind of ['Namespace', 'CustomResourceDefinition', 'ServiceAccount', 'ClusterRole', 'Role', 'Deployment']) {
    expect(kinds).toContain(kind);
  }
});

test('the operator may neither escalate nor bind nor impersonate, and holds no wildcard', () => {
  const { rules } = named<{ rules: Rule[] }>(install, 'ClusterRole', 'kube-gateway-operator');
  for (const { verbs, resources, apiGroups } of rules) {
    expect(verbs).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(\*|escalate|bind|impersonate)$/)]));
    expect([...resources, ...apiGroups]).not.toContain('*');
  }
});

test('the node knows the images of the release', () => {
  const text = JSON.stringify(named(install, 'Deployment', 'kube-gateway-operator'));
  for (const image of Object.keys(images)) expect(text).toContain(image);
});

test('the pod of the operator runs without rights', () => {
  expect(named(install, 'Deployment', 'kube-gateway-operator')).toMatchObject({
    spec: {
      template: {
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  });
});

/** The rules of all roles that bindings of the samples give to a person. */
function rulesOf(user: string): Rule[] {
  const bindings = samples.filter(({ kind }) => kind === 'RoleBinding') as (KubeObject & Binding)[];
  return bindings
    .filter(({ subjects }) => subjects.some(({ name }) => name === user))
    .flatMap(({ roleRef }) => named<{ rules: Rule[] }>([...install, ...samples], roleRef.kind, roleRef.name).rules);
}

test('the viewer sees no links', () => {
  const rules = rulesOf('viewer');
  expect(rules.flatMap(({ resources }) => resources)).toContain('gateservers');
  expect(rules.flatMap(({ resources }) => resources)).not.toContain('gatetokens');
  expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['get', 'list', 'watch']));
});

test('dev has the rights to issue, and none to change a gateway', () => {
  const rules = rulesOf('dev');
  const on = (resource: string) => rules.filter(({ resources }) => resources.includes(resource));
  expect(on('gatetokens')).toEqual(
    roleOf('kube-gateway-issuer').filter(({ resources }) => resources[0] === 'gatetokens'),
  );
  expect(on('gateservers').flatMap(({ verbs }) => verbs)).toEqual(['get', 'list', 'watch']);
});

describe('roles for people (security row 3)', () => {
  const roles = install.filter(({ kind }) => /Role$/.test(kind ?? '')) as (KubeObject & { rules: Rule[] })[];

  test('none is aggregated to another, or from others', () => {
    expect(roles.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(PEOPLE));
    for (const role of roles) {
      expect(JSON.stringify(role.metadata)).not.toContain('aggregate');
      expect(role).not.toHaveProperty('aggregationRule');
    }
  });

  test('only issuers, administrators and the operator reach GateTokens', () => {
    const reach = ({ apiGroups, resources }: Rule) =>
      [GROUP, '*'].some((group) => apiGroups.includes(group)) &&
      resources.some((resource) => /^(gatetokens|\*)(\/|$)/.test(resource));
    const names = roles.filter(({ rules }) => rules.some(reach)).map(({ metadata }) => metadata.name);
    expect(names.sort()).toEqual(['kube-gateway-admin', 'kube-gateway-issuer', 'kube-gateway-operator']);
  });

  test.each(PEOPLE)('%s writes no status, and holds nothing by a wildcard', (name) => {
    const words = roleOf(name).flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    expect(words.filter((word) => /[*/]/.test(word))).toEqual([]);
  });

  test('an issuer changes no gateway, a viewer nothing', () => {
    const writes = (name: string) =>
      roleOf(name).flatMap(({ resources, verbs }) =>
        verbs.filter((verb) => !READ.includes(verb)).flatMap((verb) => resources.map((what) => `${verb} ${what}`)),
      );
    expect(writes('kube-gateway-viewer')).toEqual([]);
    expect(writes('kube-gateway-issuer')).toEqual([
      'create gatetokens',
      'patch gatetokens',
      'delete gatetokens',
      'delete gatesessions',
    ]);
  });
});

test('the sample names the ports that are listened on', () => {
  const urls = (ports: { http: number; https: number }) => {
    const server = withPorts(samples, ports).find(({ kind }) => kind === 'GateServer');
    return (server as never as { spec: Record<string, string[]> }).spec['public-urls'];
  };
  const route = 'kube-gateway.gateway-example.localhost';
  expect(urls({ http: 8080, https: 8443 })).toEqual([
    'http://localhost:8080',
    `https://${route}:8443`,
    `https://${route}`,
  ]);
  expect(urls({ http: 9000, https: 9443 })).toEqual([
    'http://localhost:9000',
    `https://${route}:9443`,
    `https://${route}`,
  ]);
});
