import { createHash } from 'node:crypto';

/** The address of an instance on the pod network, made from its UID: the same at every look. */
export function address(uid: string): { ip: string; mac: string } {
  const [a = 0, b = 0, c = 0, d = 0] = createHash('sha256').update(uid).digest();
  const hex = [a, b, c, d].map((byte) => byte.toString(16).padStart(2, '0'));
  return { ip: `10.244.${a}.${(b % 253) + 2}`, mac: `02:00:${hex.join(':')}` };
}
