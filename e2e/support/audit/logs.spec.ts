import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KeptLogs, otherLogs } from './logs.js';

const TIME = '2026-11-28T12:00:00.000Z';
let [pods, kept] = ['', ''];

beforeEach(() => {
  [pods, kept] = ['pods', 'kept'].map((name) => mkdtempSync(join(tmpdir(), `kube-gateway-${name}-`))) as [
    string,
    string,
  ];
});
afterEach(() => {
  for (const folder of [pods, kept]) rmSync(folder, { recursive: true });
});

it('keeps what is renamed, removed or written later', async () => {
  const [first, second] = [join(pods, 'ns_a_gateway.0.log'), join(pods, 'ns_a_gateway.1.log')];
  writeFileSync(first, `${TIME} one\n`);
  const logs = new KeptLogs(pods, kept);
  writeFileSync(second, `${TIME} two\n`);
  await expect.poll(() => otherLogs(kept).map(({ text }) => text)).toContain('two');
  renameSync(second, `${second}.1`);
  writeFileSync(second, `${TIME} three\n`);
  appendFileSync(first, `${TIME} four\n`);
  await expect.poll(() => otherLogs(kept).map(({ text }) => text)).toContain('three');
  rmSync(first);
  rmSync(second);
  rmSync(`${second}.1`);
  const lines = logs.read();
  expect(lines.map(({ text }) => text).sort()).toEqual(['four', 'one', 'three', 'two']);
  expect(lines.find(({ text }) => text === 'four')).toMatchObject({ file: 'ns_a_gateway.0.log', number: 2 });
});
