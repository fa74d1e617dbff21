import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
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

function named<T extends object = KubeObject>(objects: KubeObject[], kind: string, name: string): T {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found as T & KubeObject;
}

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

test('the viewer sees no links', () => {
  const { rules } = named<{ rules: Rule[] }>(samples, 'Role', 'viewer');
  expect(rules.flatMap(({ resources }) => resources)).not.toContain('gatetokens');
  expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['get', 'list', 'watch']));
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
