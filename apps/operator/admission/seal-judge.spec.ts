import { describe, expect, it } from 'vitest';
import { API_VERSION, type GateToken } from '#libs/api';
import { types } from '#libs/kube';
import { Clock } from '#libs/ops';
import { SecretKey, sealOf } from '#libs/token';
import { type AdmissionRequest } from './review.js';
import { SealJudge } from './seal-judge.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const key = new SecretKey(Buffer.alloc(32, 1));
const clock = Object.assign(new Clock(), { now: () => NOW });

function request(username: string, change: Partial<GateToken['spec']> = {}): AdmissionRequest<GateToken> {
  const metadata = { name: 't', namespace: 'prod' };
  const spec = { vm: 'a', issuer: { username: 'dev' } };
  const seal = sealOf(key, { metadata, spec }, NOW / 1000);
  return {
    uid: 'u',
    operation: 'CREATE',
    namespace: 'prod',
    userInfo: { username },
    resource: types.gateTokens,
    object: {
      apiVersion: API_VERSION,
      kind: 'GateToken',
      metadata: { name: 't' },
      spec: { ...spec, issuer: { ...spec.issuer, seal }, ...change },
    },
  };
}

describe('a GateToken is created only as it was sealed', () => {
  const judge = new SealJudge({ present: { seal: key } } as never, clock);

  it('for the user of the request', async () => {
    expect(await judge.validate(request('dev'))).toEqual({ allowed: true });
  });

  it.each<[string, AdmissionRequest<GateToken>]>([
    ['for another user', request('mallory')],
    ['with another spec', request('dev', { vm: 'b' })],
    ['without an issuer', request('dev', { issuer: undefined as never })],
  ])('not %s', async (_what, asked) => {
    expect(await judge.validate(asked)).toMatchObject({ allowed: false, code: 403, reason: 'Forbidden' });
  });

  it('and not while the key is not known', async () => {
    await expect(new SealJudge({ present: undefined } as never, clock).validate(request('dev'))).rejects.toThrow('key');
  });
});
