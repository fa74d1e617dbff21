import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.js';

describe('Secret', () => {
  it('prints nowhere', () => {
    const secret = new Secret('abc');
    expect(
      [
        String(secret),
        `${secret.toString()}`,
        JSON.stringify({ secret }),
        inspect({ secret }),
        Object.keys(secret),
      ].join(),
    ).not.toContain('abc');
    expect(String(secret)).toBe('[secret]');
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
    expect(inspect({ secret })).toBe('{ secret: [secret] }');
    expect(secret.reveal()).toBe('abc');
  });
});
