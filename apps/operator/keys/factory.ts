import { randomBytes } from 'node:crypto';
import { issue, makeCa } from '#libs/pki';
import { generateKeyPair } from '#libs/token';
import { type Factory } from '../gateserver/material.js';

/** What really makes keys: RSA 2048 for tokens, a self-made certificate whose authority's key is forgotten at once. */
export const FACTORY: Factory = {
  keyPair: () => generateKeyPair(),
  random: randomBytes,
  certificate: async (names) => {
    const [cn = 'kube-gateway'] = names;
    const ca = await makeCa({ cn: `kube-gateway ${cn}`.slice(0, 64), days: 366 });
    const leaf = await issue(ca, { cn: cn.slice(0, 64), dns: names, usages: ['server'], days: 365 });
    return { cert: leaf.cert, key: leaf.key, ca: ca.cert };
  },
};
