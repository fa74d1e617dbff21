import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { makeCa, makeCertificate } from '#libs/pki';
import { adminClient, revokeToken } from '../support/admin.js';
import { scaleOperator } from '../support/between.js';
import { cluster } from '../support/cluster.js';
import { issue, look } from '../support/gateway.js';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { gatetoken } from '../support/manifests.js';
import { until } from '../support/until.js';
import { changeWebhooks, routeWebhook } from '../support/webhook.js';
import { WebhookStandIn } from '../support/webhook-stand-in.js';

type Secret = KubeObject & { data: Record<string, string> };

const SECRET = 'kube-gateway-webhook';
const NAMESPACE = 'kube-gateway';
const HOST = `${SECRET}.${NAMESPACE}.svc`;
const CREATE = 'create -o json -f -';
const PATIENCE_MS = 30_000;
/**
 * Row 10 says a second. The gateway refuses the code of a deleted GateToken after it has looked for it at the API server,
 * which it does once a second at most.
 */
const OVER_WITHIN_MS = 3000;

const admin = adminClient();
const input = (name: string): string => gatetoken(name, { vm: 'demo', duration: '10m' });
const dryRun = () => kubectl('create --dry-run=server -f -', { context: 'dev', input: input('dry') });

const created = (name: string): Promise<GateToken> =>
  until(
    `GateToken ${name} can be created`,
    async () => {
      const ran = await kubectl(CREATE, { context: 'dev', input: input(name) });
      return ran.code === 0 ? (JSON.parse(ran.stdout) as GateToken) : undefined;
    },
    PATIENCE_MS,
  );

afterEach(() => kubectl('delete gatetokens --all'));

describe('a webhook whose certificate has expired (security row 13)', () => {
  const ends: (() => Promise<unknown>)[] = [() => created('after-certificates')];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
    await kubectl('delete gatetokens --all');
  }, 120_000);

  it('has nothing issued, and does not keep anyone from revoking and deleting', async () => {
    const [revoked, deleted] = await Promise.all([1, 2].map(() => issue({ vm: 'demo', duration: '10m' })));
    if (!revoked || !deleted) throw new Error('not issued');
    const standIn = await WebhookStandIn.start();
    ends.push(
      () => standIn.stop(),
      () => scaleOperator(admin, 1),
    );
    await scaleOperator(admin, 0);
    ends.push(await routeWebhook(admin, standIn.port));
    await standIn.show('expired');
    await changeWebhooks(admin, ({ clientConfig }) => (clientConfig.caBundle = standIn.caBundle));

    const told = await until(
      'the API server calls it',
      async () => {
        const { stderr } = await dryRun();
        return stderr.includes('certificate has expired') && stderr;
      },
      PATIENCE_MS,
    );
    expect(told).toContain('failed calling webhook "issue.gatetokens.kubegateway.kubevirt.io"');
    expect(await kubectlFails(CREATE, { context: 'dev', input: input('closed') })).toContain('certificate has expired');
    expect(await kubectlFails('get gatetoken closed')).toContain('not found');

    await revokeToken(admin, revoked.gatetoken.name);
    await until('the revoked link is over', async () => (await look(revoked.link ?? '')) === 410, OVER_WITHIN_MS);
    await kubectlOk(['delete', 'gatetoken', deleted.gatetoken.name], { context: 'dev' });
    await until('the deleted link is over', async () => (await look(deleted.link ?? '')) === 401, OVER_WITHIN_MS);

    // Nothing but the certificate was in the way.
    await standIn.show('valid');
    await until('a dry run passes', async () => (await dryRun()).code === 0, PATIENCE_MS);
  }, 180_000);
});

describe('the operator’s own certificate, replaced by one that has expired', () => {
  const past = new Date(Date.now() - 12 * 365 * 86_400_000);
  const text = ({ data }: Secret, key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  const read = (): Promise<Secret> => admin.get<Secret>(types.secrets, SECRET, NAMESPACE);
  const isValid = (pem: string): boolean => Date.parse(new X509Certificate(pem).validTo) > Date.now();

  it.each(['by its own authority', 'with its authority'])(
    '%s, heals, and seals stay good',
    async (which) => {
      const before = await created('sealed-before');
      const secret = await read();
      const own = { cert: text(secret, 'ca.crt'), key: text(secret, 'ca.key') };
      const ca = which === 'with its authority' ? await makeCa({ cn: 'old', now: past }) : own;
      const leaf = await makeCertificate(ca, { cn: HOST, dns: [HOST], now: past });
      const entries = { 'ca.crt': ca.cert, 'ca.key': ca.key, 'tls.crt': leaf.cert, 'tls.key': leaf.key };
      const data = Object.entries(entries).map(([key, pem]) => [key, Buffer.from(pem).toString('base64')]);
      const expired = await admin.patch<Secret>(
        types.secrets,
        SECRET,
        NAMESPACE,
        { data: Object.fromEntries(data) as object },
        'merge',
      );
      expect(isValid(text(expired, 'tls.crt'))).toBe(false);
      const from = performance.now();
      const healed = await until('it is replaced', async () => {
        const now = await read();
        return isValid(text(now, 'tls.crt')) && now;
      });
      const after = await created('sealed-after');
      console.log(`${which}: healed, and issued again, after ${Math.round(performance.now() - from)} ms`);
      expect(isValid(text(healed, 'ca.crt'))).toBe(true);
      expect(healed.data['seal']).toBe(secret.data['seal']);
      for (const { metadata } of [before, after]) {
        const name = metadata.name ?? '';
        await kubectlOk(`wait gatetoken/${name} --for=condition=Ready --timeout=15s`);
        const { status } = await admin.get<GateToken>(types.gateTokens, name, cluster().namespace);
        expect(status?.issuer).toBe('dev');
      }
    },
    90_000,
  );
});
