import { describe, expect, it } from 'vitest';
import { gateServerDefaults } from '#libs/api';
import { deployment } from './deployment.js';
import { gatewayRules } from './gateway-role.js';
import { namesOf } from '../cluster/names.js';

const rules = gatewayRules(namesOf('gs'));
const verbsOf = (resource: string) => rules.find(({ resources }) => resources.includes(resource))?.verbs;

describe('the gateway is taken over (security row 19)', () => {
  it('its Role has no secrets, no other account and no wildcard', () => {
    const all = rules.flatMap((rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs]);
    for (const word of ['secrets', 'impersonate', 'escalate', 'bind', '*']) expect(all).not.toContain(word);
    const tokens = rules.find(({ resources }) => resources.includes('serviceaccounts/token'));
    expect(tokens).toEqual({
      apiGroups: [''],
      resources: ['serviceaccounts/token'],
      resourceNames: ['gs-guest'],
      verbs: ['create'],
    });
    expect(rules.find(({ resources }) => resources.includes('configmaps'))?.resourceNames).toEqual(['gs-jwks']);
  });

  it('its Role has what the gateway does, and nothing besides', () => {
    const resources = rules.flatMap((rule) => rule.resources);
    expect(resources.sort()).toEqual([
      'configmaps',
      'events',
      'gatesessions',
      'gatesessions/status',
      'gatetokens',
      'gatetokens/status',
      'leases',
      'localsubjectaccessreviews',
      'serviceaccounts/token',
      'virtualmachineinstances',
      'virtualmachines',
    ]);
    expect(verbsOf('gatetokens')).toEqual(['get', 'list', 'watch']);
    expect(verbsOf('events')).toEqual(['create', 'patch']);
    expect(verbsOf('gatetokens/status')).toEqual(['patch']);
    expect(verbsOf('gatesessions')).toEqual(['list', 'watch', 'create']);
    expect(verbsOf('gatesessions/status')).toEqual(['patch']);
    expect(verbsOf('localsubjectaccessreviews')).toEqual(['create']);
    expect(verbsOf('virtualmachines')).toEqual(['get', 'list', 'watch']);
  });

  it('its Deployment cannot write to disk, act as another user, or read a signing key', () => {
    const settings = gateServerDefaults({ route: 'gs.example.com' });
    const input = {
      name: 'gs',
      namespace: 'n',
      settings,
      urls: ['https://gs.example.com'],
      issuerCheck: 'webhook',
    } as const;
    const pod = JSON.stringify(deployment({ ...input, image: 'gateway:1', sessionDigest: 'd' })['spec']);
    for (const part of [
      '"readOnlyRootFilesystem":true',
      '"runAsNonRoot":true',
      '"allowPrivilegeEscalation":false',
      '"drop":["ALL"]',
      '"type":"RuntimeDefault"',
    ]) {
      expect(pod).toContain(part);
    }
    expect(pod).not.toContain('jwt-secret');
    expect(pod).not.toMatch(/hostPath|hostNetwork|privileged"/);
  });
});
