import { describe, expect, it } from 'vitest';
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
});
