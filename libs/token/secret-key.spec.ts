import { expect, it } from 'vitest';
import { SecretKey } from './index.js';

it('gives a key of 32 bytes for each purpose, the same each time', () => {
  const key = new SecretKey(Buffer.alloc(32, 1));
  expect(key.derive('a')).toHaveLength(32);
  expect(key.derive('a')).toEqual(key.derive('a'));
  expect(key.derive('a')).not.toEqual(key.derive('b'));
  expect(key.hmacKey('a').export()).toEqual(key.derive('a'));
  expect(key.hmacKey('b').export()).toEqual(key.derive('b'));
});
