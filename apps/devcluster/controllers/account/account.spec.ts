import { expect, test } from 'vitest';
import { FakeClient } from '../testing/fake-client.js';
import { ROOT_CA, syncAccount } from './index.js';

const configMap = (ca: string) => ({ metadata: { name: ROOT_CA, namespace: 'ns' }, data: { 'ca.crt': ca } });

test('a namespace gets its account and the CA', async () => {
  const fake = new FakeClient();
  await syncAccount(fake.client, 'ns', { hasAccount: false, configMap: undefined, ca: 'PEM' });
  expect(fake.calls).toEqual(['create serviceaccounts ns/default', `create configmaps ns/${ROOT_CA}`]);
});

test('nothing is written when both are there', async () => {
  const fake = new FakeClient();
  await syncAccount(fake.client, 'ns', { hasAccount: true, configMap: configMap('PEM'), ca: 'PEM' });
  expect(fake.writes).toEqual([]);
});

test('another CA is corrected', async () => {
  const fake = new FakeClient();
  await syncAccount(fake.client, 'ns', { hasAccount: true, configMap: configMap('OLD'), ca: 'PEM' });
  expect(fake.calls).toEqual([`replace configmaps ns/${ROOT_CA}`]);
});
