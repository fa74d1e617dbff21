import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';
import { type RouteTable } from './table.js';

const MAX_KEPT = 1000;

/** The certificate for each host name: the one that its Ingress names, else one of our own authority, made when asked for. */
export class Certificates {
  private readonly contexts = new Map<string, SecureContext>();

  constructor(
    private readonly table: Pick<RouteTable, 'certificate'>,
    private readonly authority: PemPair,
  ) {}

  async contextFor(host: string): Promise<SecureContext> {
    const named = this.table.certificate(host);
    const key = named ? `${host} ${named.version}` : host;
    const found = this.contexts.get(key);
    if (found) return found;
    const context = createSecureContext(named ?? (await this.certify(host)));
    // Names come from any client: the number remembered is bounded.
    if (this.contexts.size >= MAX_KEPT) this.contexts.clear();
    this.contexts.set(key, context);
    return context;
  }

  /** A certificate of our own authority, the authority's behind it. */
  async certify(host: string): Promise<PemPair> {
    const ips = host === 'localhost' ? ['127.0.0.1', '::1'] : [];
    const leaf = await makeCertificate(this.authority, { cn: host.slice(0, 64), dns: [host], ips });
    return { cert: `${leaf.cert}${this.authority.cert}`, key: leaf.key };
  }
}

/** The ingress's own authority, kept in a folder: a client that trusts `ca.crt` still trusts it after a restart. */
export async function ownAuthority(folder: string): Promise<PemPair> {
  const [cert, key] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
  try {
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } catch {
    const made = await makeCa({ cn: 'kube-gateway development ingress' });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(key, made.key, { mode: 0o600 });
    writeFileSync(cert, made.cert);
    return made;
  }
}
