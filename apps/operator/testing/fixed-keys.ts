import { KeyFactory } from '../keys/key-factory.js';

/** A factory that makes one key, and one certificate for these names, as both take time. Its random bytes are all 7. */
export function fixedKeys(...names: string[]): KeyFactory {
  const real = new KeyFactory();
  let pair: ReturnType<KeyFactory['keyPair']> | undefined;
  let certificate: ReturnType<KeyFactory['certificate']> | undefined;
  return {
    keyPair: () => (pair ??= real.keyPair()),
    random: (size) => Buffer.alloc(size, 7),
    certificate: () => (certificate ??= real.certificate(names)),
  };
}
