import { describe, expect, it } from 'vitest';
import { KubeError, NetworkError } from '#libs/kube';
import { Refusal } from '../http/refusal.js';
import { faultEnd } from './ends.js';

describe('faults', () => {
  it('1011 for a mistake of the gateway itself, 1013 where its account for guests has no token', () => {
    expect(faultEnd(new TypeError('x'))).toEqual({
      code: 1011,
      reason: expect.stringContaining('Internal gateway error') as string,
    });
    expect(faultEnd(new Refusal(503, 'No account.'))).toEqual({ code: 1013, reason: 'No account.' });
  });

  const answered = (code: number) => new KubeError({ code, reason: 'R', message: 'm' });

  it.each([
    [1013, 'no answer', new NetworkError('cut', undefined)],
    [1013, '500', answered(500)],
    [1013, '503', answered(503)],
    [1013, '429', answered(429)],
    [1011, '403', answered(403)],
    [1011, '422', answered(422)],
  ])('%i where the cluster gives %s', (code, _, error) => {
    expect(faultEnd(error).code).toBe(code);
  });
});
