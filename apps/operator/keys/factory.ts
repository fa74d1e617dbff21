import { randomBytes } from 'node:crypto';
import { issue, makeCa } from '#libs/pki';
import { generateKeyPair } from '#libs/token';

/** Keys are made and random bytes drawn by whoever is given here; all else is pure. */
export interface Factory {
  /** PEM texts of a new RSA key. */
  keyPair: () => Promise<{ 'tls.key': string; 'tls.crt': string }>;
  random: (size: number) => Buffer;
  /** A self-made certificate for these names, PEM. */
  certificate: (names: readonly string[]) => Promise<{ cert: string; key: string; ca: string }>;
}

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
