import { describe, expect, it } from 'vitest';
import { type GateServer, type GateToken } from '#libs/api';
import { signerOf, signingKeyOf } from './signer.js';

const server = (name: string) =>
  ({ metadata: { name, namespace: 'n' }, spec: {}, status: { 'secret-name': `${name}-jwt-secret` } }) as GateServer;
const token = (spec: object, issuer?: string) =>
  ({ metadata: { name: 't', namespace: 'n' }, spec, status: issuer ? { 'gate-server': issuer } : {} }) as GateToken;
const REVIVAL =
  /GateServer gs, which issued this token, was deleted\. A new GateServer makes the token Ready again until it expires: revoke or delete the token to prevent that\.$/;

describe('a token whose GateServer was deleted', () => {
  it.each<[string, object, RegExp]>([
    ['with the key of any GateServer', {}, /^Namespace "n" has no GateServer: create one\./],
    ['with the key of that GateServer', { 'secret-name': 'gs-jwt-secret' }, /^spec\.secret-name is "gs-jwt-secret"/],
  ])('%s says that a new one makes it Ready again', (_which, spec, problem) => {
    const sign = (issuer?: string) => signerOf(token(spec, issuer), [], () => undefined);
    expect(() => sign('gs')).toThrow(problem);
    expect(() => sign('gs')).toThrow(REVIVAL);
    expect(() => sign()).toThrow(problem);
    expect(() => sign()).not.toThrow(REVIVAL);
  });

  it.each(['gs', 'another'])('is signed by the new one, here %s', (name) => {
    const signer = signerOf(token({}, 'gs'), [server(name)], () => undefined);
    expect(signer.secretName).toBe(`${name}-jwt-secret`);
  });
});

describe('the key of a Secret', () => {
  it.each([
    ['that is gone', undefined],
    ['that is gone, and that one of two watches still shows', { metadata: {} }],
  ])('%s is awaited: what it signed is not in error', (_which, secret) => {
    expect(() => signingKeyOf(secret, 'gs-jwt-secret', 'tls.key')).toThrow(
      expect.objectContaining({ reason: 'KeyNotPublished', awaited: true }),
    );
  });
});
