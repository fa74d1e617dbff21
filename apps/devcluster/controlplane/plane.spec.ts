import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planeFiles } from './certificates.js';
import { freePorts } from './plane.js';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'plane-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const make = (): ReturnType<typeof planeFiles> => planeFiles(dir, 'https://127.0.0.1:6443', new Date());

test('a start that was cut short before the key of etcd is made good by the next', async () => {
  const { etcdPair, etcdCa } = await make();
  rmSync(etcdPair.key);
  await make();
  const cert = new X509Certificate(readFileSync(etcdPair.cert));
  expect(cert.checkPrivateKey(createPrivateKey(readFileSync(etcdPair.key)))).toBe(true);
  expect(cert.checkIssued(new X509Certificate(readFileSync(etcdCa)))).toBe(true);
});

test('what is there stays', async () => {
  const { etcdPair } = await make();
  const before = readFileSync(etcdPair.cert, 'utf8');
  await make();
  expect(readFileSync(etcdPair.cert, 'utf8')).toBe(before);
});

test('no port is taken twice, nor that of the API server', async () => {
  const answers = [6443, 1, 1, 6443, 2, 3];
  expect(await freePorts(6443, () => Promise.resolve(answers.shift() ?? 0))).toEqual([1, 2, 3]);
});
