import { describe, expect, it } from 'vitest';
import { isCode, linkHash, newCode } from './link-code.js';

describe('link codes', () => {
  it('are random, of at least 128 bits, and hash as spec.link-hash wants', () => {
    const codes = Array.from({ length: 100 }, () => newCode());
    expect(new Set(codes).size).toBe(100);
    for (const code of codes) {
      expect(isCode(code)).toBe(true);
      expect(Buffer.from(code, 'base64url').length * 8).toBeGreaterThanOrEqual(128);
      expect(linkHash(code)).toMatch(/^[-_A-Za-z0-9]{43}$/);
    }
    expect(linkHash('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });
  it.each([undefined, 1, '', 'short', 'x'.repeat(129), `${newCode()}/`, [newCode()]])('takes %j for none', (text) => {
    expect(isCode(text)).toBe(false);
  });
});
