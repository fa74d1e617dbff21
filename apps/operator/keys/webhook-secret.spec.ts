import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type SecretObject } from '../cluster/manifest.js';
import { newWebhookData, readWebhookSecret, renewedWebhookData } from './webhook-secret.js';

const HOST = 'hook.ns.svc';
const START = Date.parse('2030-01-01T00:00:00Z');
const day = (days: number): Date => new Date(START + days * 86_400_000);

let made: SecretObject;
beforeAll(async () => {
  made = secretOf(await newWebhookData(HOST, day(0)));
});

const secretOf = (data: object): SecretObject =>
  ({ metadata: { name: 'hook', creationTimestamp: '2030-01-01T00:00:00Z' }, data }) as SecretObject;
const without = (name: string): SecretObject => secretOf({ ...made.data, [name]: '' });
const decoded = (secret: SecretObject, name: string) => Buffer.from(secret.data?.[name] ?? '', 'base64').toString();

/** Renewed until nothing is to be done. */
async function settled(secret: SecretObject, now: Date): Promise<SecretObject> {
  const data = await renewedWebhookData(secret, HOST, now);
  if (data === 'lost') throw new Error('lost');
  return data ? settled(secretOf(data), now) : secret;
}

it('is complete when it is new: a certificate for the Service, the authority that signed it, a key for seals', () => {
  const found = readWebhookSecret(made, HOST, day(0));
  const [leaf, ca] = [new X509Certificate(found?.serving.cert ?? ''), new X509Certificate(found?.authorities ?? '')];
  expect([leaf.checkHost(HOST), leaf.verify(ca.publicKey), ca.ca]).toEqual([HOST, true, true]);
  expect(found?.seal.reveal()).toHaveLength(32);
  expect(found?.since).toBe(START);
  expect(JSON.stringify(found?.seal)).toBe('"[secret]"');
});

it('renews a certificate after two thirds of its year, under the same authority and with the same key for seals', async () => {
  expect(await renewedWebhookData(made, HOST, day(240))).toBeUndefined();
  const next = await settled(made, day(245));
  expect(decoded(next, 'tls.crt')).not.toBe(decoded(made, 'tls.crt'));
  for (const name of ['ca.crt', 'ca.key', 'seal']) expect(decoded(next, name)).toBe(decoded(made, name));
  expect(readWebhookSecret(next, HOST, day(400))).toBeDefined();
});

it('trusts both authorities while certificates of the former are in use', async () => {
  const last = await settled(made, day(2400));
  const replaced = secretOf((await renewedWebhookData(last, HOST, day(2440))) as object);
  const { authorities = '', serving } = readWebhookSecret(replaced, HOST, day(2440)) ?? {};
  expect(authorities).toContain(decoded(made, 'ca.crt'));
  expect(authorities.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  // The API server does not know the new one yet.
  expect(serving?.cert).toBe(decoded(last, 'tls.crt'));
  const next = await settled(replaced, day(2650));
  const [newest = ''] = authorities.split(/(?<=END CERTIFICATE-----\n)/);
  const leaf = new X509Certificate(decoded(next, 'tls.crt'));
  expect(leaf.verify(new X509Certificate(newest).publicKey)).toBe(true);
  const much = await settled(next, day(3700));
  expect(decoded(much, 'ca.crt')).not.toContain(decoded(made, 'ca.crt'));
});

describe('mends what is damaged', () => {
  it.each(['ca.crt', 'ca.key', 'tls.crt', 'tls.key'])('%s', async (name) => {
    const mended = await settled(without(name), day(1));
    expect(readWebhookSecret(mended, HOST, day(1))).toBeDefined();
    expect(decoded(mended, 'seal')).toBe(decoded(made, 'seal'));
  });

  it('a certificate for another host, or that has ended', async () => {
    expect(readWebhookSecret(made, 'other.ns.svc', day(1))).toBeUndefined();
    expect(readWebhookSecret(made, HOST, day(366))).toBeUndefined();
    expect(readWebhookSecret(await settled(made, day(366)), HOST, day(366))).toBeDefined();
  });

  it('the key of another authority', async () => {
    const other = await newWebhookData(HOST, day(0));
    const mixed = secretOf({ ...made.data, 'ca.crt': other['ca.crt'] });
    expect(readWebhookSecret(mixed, HOST, day(1))).toBeUndefined();
    expect(readWebhookSecret(await settled(mixed, day(1)), HOST, day(1))).toBeDefined();
  });
});

describe('since when its key seals', () => {
  const sinceOf = (secret: SecretObject, now: Date) => readWebhookSecret(secret, HOST, now)?.since;
  const edited = () => secretOf({ ...made.data, seal: Buffer.alloc(32, 7).toString('base64') });

  it('a key that was written over the former counts as new from when that was noticed, also later', async () => {
    expect(sinceOf(edited(), day(5))).toBe(day(5).getTime());
    const noticed = await settled(edited(), day(5));
    expect(decoded(noticed, 'seal')).toBe(decoded(edited(), 'seal'));
    expect(sinceOf(noticed, day(9))).toBe(day(5).getTime());
    expect(sinceOf(await settled(noticed, day(245)), day(250))).toBe(day(5).getTime());
  });

  it.each(['', '2020-01-01T00:00:00Z', 'x y z'])(
    'so does one of which it is not said, or not well: %j',
    async (text) => {
      const secret = secretOf({ ...made.data, 'seal-since': Buffer.from(text).toString('base64') });
      expect(sinceOf(secret, day(5))).toBe(day(5).getTime());
      expect(sinceOf(await settled(secret, day(5)), day(9))).toBe(day(5).getTime());
    },
  );

  it('it is not older than its Secret', () => {
    const copy = { ...made, metadata: { ...made.metadata, creationTimestamp: day(3).toISOString() } };
    expect(sinceOf(copy, day(5))).toBe(day(3).getTime());
  });
});

it.each(['', 'c2hvcnQ='])('is lost without a key for seals: %j', async (seal) => {
  const secret = secretOf({ ...made.data, seal });
  expect(readWebhookSecret(secret, HOST, day(1))).toBeUndefined();
  expect(await renewedWebhookData(secret, HOST, day(1))).toBe('lost');
});
