import { beforeAll, describe, expect, it } from 'vitest';
import { type GateServer, type GateToken, type GateTokenSpec } from '#libs/api';
import { generateKeyPair, SecretKey } from '#libs/token';
import { base64 } from '../gateserver/material.js';
import { decisionOf } from './desired.js';
import { gateTokenStatus } from './status.js';

const NOW = new Date('2030-01-01T12:00:00Z');
const KEY = new SecretKey(Buffer.alloc(32, 7));
const URL = 'https://gs.example.com';
const console = (vm: string, last = 'vnc'): string =>
  `/apis/subresources.kubevirt.io/v1/namespaces/n/virtualmachineinstances/${vm}/${last}`;

let data: Record<string, string>;
beforeAll(async () => {
  data = { 'tls.key': base64((await generateKeyPair())['tls.key']) };
});

/** The link and the condition of a token that is Ready. */
function readyOf(spec: GateTokenSpec) {
  const metadata = { name: 't', namespace: 'n', uid: 'u', creationTimestamp: NOW.toISOString() };
  const token = { metadata, spec } as GateToken;
  const servers = [
    {
      metadata: { name: 'gs', namespace: 'n' },
      spec: { route: 'gs.example.com' },
      status: { 'secret-name': 'gs-jwt-secret' },
    } as GateServer,
  ];
  const secretOf = (name: string) => ({ metadata: { name }, data });
  const vm = spec.vm === undefined ? undefined : { namespace: 'n', name: spec.vm, uid: 'vm-uid' };
  const decision = decisionOf(
    { token, servers, secretOf, gatewayKeyOf: () => KEY, sealKeys: undefined, publishedBy: () => new Set(), vm },
    NOW.getTime(),
  );
  const jwt = spec['link-hash'] === undefined ? 'JWT' : undefined;
  const { phase, link, conditions = [] } = gateTokenStatus(token, decision, { jwt, issuer: undefined }, NOW);
  expect(phase).toBe('Ready');
  return { link, message: conditions[0]?.message };
}

describe('the link of a token', () => {
  it.each<[string, GateTokenSpec]>([
    ['vm', { vm: 'vm1' }],
    ['urls', { urls: [console('vm1'), console('vm1', 'console'), '/version'] }],
  ])('names the VM where it is for one, by %s', (_what, spec) => {
    const { link, message } = readyOf(spec);
    expect(link).toBe(`${URL}/auth/jwt/set?token=JWT&name=vm1&namespace=n`);
    expect(message).not.toContain('link');
  });

  it('names none of several VMs: its page lists them', () => {
    expect(readyOf({ urls: [console('vm1'), console('vm2')] }).link).toBe(`${URL}/auth/jwt/set?token=JWT`);
  });

  it('is there for a single-use token of any urls, which opens nothing but in a browser', () => {
    const { link, message } = readyOf({ urls: ['*'], 'single-use': true });
    expect(link).toBe(`${URL}/auth/jwt/set?token=JWT`);
    expect(message).not.toContain('link');
  });

  it.each<[string, GateTokenSpec, RegExp]>([
    ['everything', { urls: ['*'] }, /no link because its urls name no console/],
    ['all VMs of a namespace', { urls: [console('*', '').slice(0, -1)] }, /urls name no console/],
    ['the object of a VM', { urls: ['/apis/kubevirt.io/v1/namespaces/n/virtualmachines/vm1'] }, /urls name no console/],
    ['a verb that opens none', { vm: 'vm1', verbs: ['put'] }, /no link because consoles need the verb get/],
  ])('is absent for %s, and the condition says why and what to do', (_what, spec, expected) => {
    const { link, message } = readyOf(spec);
    expect(link).toBeUndefined();
    expect(message).toMatch(expected);
    expect(message).toContain(`Send status.token as a bearer token to ${URL}/k8s/PATH`);
  });

  it('is not shown again where only its hash is stored, and the condition says so', () => {
    const { link, message } = readyOf({ urls: ['*'], 'link-hash': 'h'.repeat(43) });
    expect(link).toBeUndefined();
    expect(message).toMatch(
      /^The link is valid from .*status\.link stays empty: only the hash of the link is stored\.$/,
    );
  });
});
