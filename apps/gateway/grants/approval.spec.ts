import { beforeEach, describe, expect, it } from 'vitest';
import { type GateToken, type GateTokenSpec, type GateTokenStatus } from '#libs/api';
import { linkHash, newCode } from '#libs/token';
import { call, type Reply } from '../testing/clients.js';
import { OWN_ORIGIN } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
const ANN = { username: 'ann', uid: '7', seal: 'v1.1.sealed' };

let code: string;
beforeEach(() => {
  code = newCode();
});

function open(): Promise<Reply> {
  const headers = { origin: OWN_ORIGIN, 'content-type': 'application/json' };
  return call(gateway.port, '/l', { method: 'POST', headers, body: JSON.stringify({ code }) });
}

/** What someone does who may write the status of GateTokens. */
function forge({ metadata }: Pick<GateToken, 'metadata'>, status: Partial<GateTokenStatus>): void {
  cluster.api.objects.update('gatetokens', metadata.name ?? '', (old) => ({
    ...old,
    status: { ...old.status, ...status },
  }));
}

const link = (spec: Partial<GateTokenSpec> = {}) => cluster.grant({ 'link-hash': linkHash(code), ...spec });

describe('a grant whose status the operator did not write', () => {
  it('gives nothing where it was never approved', async () => {
    const spec = { vm: 'demo', verbs: ['get'], 'link-hash': linkHash(code) };
    const made = cluster.api.objects.create('gatetokens', { metadata: { generateName: 'gt-' }, spec });
    const { status } = await cluster.grant();
    forge(made, { phase: 'Ready', ...(status?.data && { data: status.data }) });
    expect((await open()).status).toBe(425);
    forge(made, { approval: status?.approval ?? '' });
    expect((await open()).status).toBe(425);
  });

  it.each<[string, (status: GateTokenStatus) => Partial<GateTokenStatus>]>([
    ['a later end', ({ data }) => ({ ...(data && { data: { ...data, exp: data.exp + 3600 } }) })],
    ['another VM', () => ({ 'vm-uid': 'another' })],
    ['another gateway', () => ({ 'gate-server': 'gs' })],
    ['an issuer', () => ({ issuer: 'root' })],
    ['no approval', () => ({ approval: '' })],
  ])('gives nothing once it says %s', async (_what, forged) => {
    const token = await link();
    expect((await open()).status).toBe(200);
    forge(token, forged(token.status ?? {}));
    expect((await open()).status).toBe(425);
    forge(token, token.status ?? {});
  });

  it('is refused on /k8s too, with a JWT that the operator signed', async () => {
    const token = await cluster.grant({ urls: ['/api/v1/namespaces/ns/pods'] });
    const authorization = `Bearer ${token.status?.token}`;
    const pods = () => call(gateway.port, '/k8s/api/v1/namespaces/ns/pods', { headers: { authorization } });
    expect((await pods()).status).toBe(200);
    forge(token, { approval: 'A'.repeat(43) });
    expect((await pods()).status).toBe(401);
  });
});

it('names the issuer whom the operator found proven, and no other', async () => {
  const issuerOf = async () => (JSON.parse((await open()).body) as { issuer?: string }).issuer;
  const token = await link({ issuer: ANN });
  expect(await issuerOf()).toBeUndefined();
  cluster.approve(token.metadata.name ?? '', { ...token.status, issuer: 'ann' });
  expect(await issuerOf()).toBe('ann');
});
