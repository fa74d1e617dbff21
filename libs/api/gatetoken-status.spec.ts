import { describe, expect, it } from 'vitest';
import { refusalsOfObject } from './testing/refusals.js';

const URL_OK = { urls: ['/version'] };

describe('the status of a GateToken, for whoever may write it (security rows 10, 12)', () => {
  const at = '2030-01-01T12:00:00Z';
  const redeemed = { at, by: 'nonce' };
  const ready = { type: 'Ready', status: 'False', message: 'm', lastTransitionTime: at };
  const takenBack = { phase: 'Revoked', conditions: [{ ...ready, reason: 'TokensNotStored' }] };
  const changed = (from: object | undefined, to: object | undefined) => {
    const object = (status: object | undefined) => ({
      metadata: { name: 'x' },
      spec: URL_OK,
      ...(status && { status }),
    });
    return refusalsOfObject('GateToken', object(to), object(from));
  };

  it.each<[string, object, object | undefined, string]>([
    ['another VM', { 'vm-uid': 'a' }, { 'vm-uid': 'b' }, 'status.vm-uid'],
    ['no VM', { 'vm-uid': 'a' }, {}, 'status.vm-uid'],
    ['no status', { 'vm-uid': 'a' }, undefined, 'status.vm-uid'],
    ['not used', { redeemed }, {}, 'status.redeemed'],
    ['used by another browser', { redeemed }, { redeemed: { at, by: 'mine' } }, 'status.redeemed'],
    ['used, without a status', { redeemed }, undefined, 'status.redeemed'],
    ['no gateway', { 'gate-server': 'gs' }, {}, 'status.gate-server'],
    ['no longer taken back', takenBack, { ...takenBack, phase: 'Ready' }, 'status.phase'],
    ['no longer taken back, without a phase', takenBack, { conditions: takenBack.conditions }, 'status.phase'],
    ['taken back without its reason', takenBack, { phase: 'Revoked' }, 'status.phase'],
    [
      'taken back for another reason',
      takenBack,
      { phase: 'Revoked', conditions: [{ ...ready, reason: 'X' }] },
      'status.phase',
    ],
    ['taken back, without a status', takenBack, undefined, 'status.phase'],
  ])('what is final stays: %s', (_what, from, to, field) => {
    expect(changed(from, to)).toEqual([expect.stringMatching(new RegExp(`^${field} `))]);
  });

  it.each<[string, number, (value: string) => object]>([
    ['vm-uid', 64, (value) => ({ 'vm-uid': value })],
    ['gate-server', 253, (value) => ({ 'gate-server': value })],
    ['issuer', 1024, (value) => ({ issuer: value })],
    ['approval', 128, (value) => ({ approval: value })],
    ['redeemed.by', 64, (by) => ({ redeemed: { at, by } })],
  ])('leaves room to revoke: %s has at most %i characters', (field, most, of) => {
    expect(changed(undefined, of('x'.repeat(most)))).toEqual([]);
    expect(changed(undefined, of('x'.repeat(most + 1)))).toEqual([expect.stringContaining(`status.${field} must NOT`)]);
  });

  it('leaves room to revoke: a time has no more decimals than fit', () => {
    const long = `2030-01-01T12:00:00.${'0'.repeat(64)}Z`;
    expect(changed(undefined, { redeemed: { at: long, by: 'nonce' } })).toEqual([
      expect.stringContaining('status.redeemed.at must NOT'),
    ]);
  });

  it.each<[string, object | undefined, object | undefined]>([
    ['from nothing', undefined, { 'vm-uid': 'a', redeemed, 'gate-server': 'gs' }],
    ['later', { phase: 'Ready' }, { phase: 'Ready', 'vm-uid': 'a', redeemed, 'gate-server': 'gs' }],
    ['never', undefined, undefined],
    [
      'and the rest goes on',
      { 'vm-uid': 'a', redeemed, live: 1 },
      { 'vm-uid': 'a', redeemed, live: 2, phase: 'Expired' },
    ],
    ['and the next GateServer opens it', { 'gate-server': 'a' }, { 'gate-server': 'b' }],
    ['and it is taken back', { phase: 'Ready' }, takenBack],
    ['what never had a token gets one', { ...takenBack, phase: 'Error' }, { phase: 'Ready' }],
    ['and it is revoked', takenBack, takenBack],
  ])('is set once: %s', (_what, from, to) => {
    expect(changed(from, to)).toEqual([]);
  });
});
