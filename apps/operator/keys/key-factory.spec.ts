import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { KeyFactory } from './key-factory.js';

it('signs a certificate for the names of the gateway', async () => {
  const { cert, ca } = await new KeyFactory().certificate(['gs.example.com', 'localhost']);
  const leaf = new X509Certificate(cert);
  for (const name of ['gs.example.com', 'localhost']) expect(leaf.checkHost(name)).toBeDefined();
  expect(leaf.verify(new X509Certificate(ca).publicKey)).toBe(true);
});
