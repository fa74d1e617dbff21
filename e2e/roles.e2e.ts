import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cluster } from './support/cluster.js';
import { kubectl, kubectlFails, kubectlOk } from './support/kubectl.js';
import { gatetoken } from './support/manifests.js';

/** Who has which ClusterRole in the sample's namespace: bound with the commands of docs/guide.md. */
const PEOPLE = {
  ada: ['kube-gateway-issuer'],
  ed: ['kube-gateway-issuer', 'kubevirt.io:edit'],
  vic: ['kube-gateway-viewer'],
  root: ['kube-gateway-admin'],
  boss: ['admin'],
} as const;
type Person = keyof typeof PEOPLE;

const pairs = Object.entries(PEOPLE).flatMap(([who, roles]) => roles.map((role) => ({ who, role })));
const nameOf = ({ who, role }: { who: string; role: string }) => `roles-${who}-${role.replace(/\W/g, '-')}`;

beforeAll(async () => {
  for (const pair of pairs) {
    await kubectlOk(`create rolebinding ${nameOf(pair)} --clusterrole=${pair.role} --user=${pair.who}`);
  }
});
afterAll(async () => {
  await kubectl(['delete', 'rolebinding', ...pairs.map(nameOf)]);
  await kubectl('delete gatetoken roles-grant --ignore-not-found');
});

it.each<[Person, 'yes' | 'no', string[]]>([
  ['vic', 'yes', ['list gateservers', 'watch gatesessions', 'get gatesessions']],
  ['vic', 'no', ['get gatetokens', 'list gatetokens', 'create gatetokens', 'delete gatesessions', 'patch gateservers']],
  ['vic', 'no', ['get gateservers -n default']],
  ['ada', 'yes', ['create gatetokens', 'list gatetokens', 'watch gatetokens', 'patch gatetokens', 'delete gatetokens']],
  ['ada', 'yes', ['list gatesessions', 'delete gatesessions', 'get gateservers', 'list vms', 'watch vmis']],
  ['ada', 'no', ['update gatetokens', 'deletecollection gatetokens', 'patch gatetokens --subresource=status']],
  ['ada', 'no', ['create gateservers', 'patch gateservers', 'create gatesessions', 'get secrets', 'patch vms']],
  ['ada', 'no', ['create gatetokens -n default', 'list gatetokens -A']],
  ['root', 'yes', ['create gateservers', 'update gateservers', 'deletecollection gatetokens', 'create gatesessions']],
  ['root', 'no', ['patch gateservers --subresource=status', 'update gatetokens --subresource=status', 'get secrets']],
  ['boss', 'yes', ['get secrets', 'create deployments']],
  ['boss', 'no', ['get gatetokens', 'create gatetokens', 'get gatesessions', 'get gateservers', 'create gateservers']],
])('%s can-i: %s to %j (security row 3)', async (who, answer, questions) => {
  for (const question of questions) {
    const ran = await kubectl(`auth can-i ${question} --as=${who}`);
    expect(`${question}: ${ran.stdout.trim()}`).toBe(`${question}: ${answer}`);
  }
});

it.each<[Person, boolean]>([
  ['ada', false],
  ['ed', true],
  ['vic', false],
])('%s may open consoles: %s', async (who, allowed) => {
  for (const subresource of ['vnc', 'console']) {
    const on = { group: 'subresources.kubevirt.io', resource: 'virtualmachineinstances', subresource, verb: 'get' };
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: who, resourceAttributes: { ...on, namespace: cluster().namespace, name: 'demo' } },
    };
    const answer = await kubectlOk('create -f - -o json', { input: JSON.stringify(review) });
    expect((JSON.parse(answer) as { status: { allowed: boolean } }).status.allowed).toBe(allowed);
  }
});

describe('an issuer', () => {
  const patch = (spec: object) => ['patch', 'gt', 'roles-grant', '--type=merge', '-p', JSON.stringify({ spec })];

  it('changes nothing of a grant but revoked and description (security row 3)', async () => {
    await kubectlOk('create -f - --as=ed', { input: gatetoken('roles-grant', { vm: 'demo', duration: '10m' }) });
    for (const [field, value] of Object.entries({ vm: 'stopped', urls: ['*'], duration: '20m', 'view-only': true })) {
      expect(await kubectlFails([...patch({ [field]: value }), '--as=ada'])).toContain(`spec.${field} is immutable`);
    }
    expect(await kubectlFails([...patch({ description: 'x' }), '--as=vic'])).toContain('forbidden');
    const status = ['--subresource=status', '--as=ada'];
    expect(await kubectlFails([...patch({ revoked: true }), ...status])).toContain('forbidden');
    await kubectlOk([...patch({ description: 'for Eve' }), '--as=ada']);
    await kubectlOk([...patch({ revoked: true }), '--as=ada']);
    expect(await kubectlFails([...patch({ revoked: false }), '--as=ada'])).toContain('spec.revoked cannot be undone');
  });
});
