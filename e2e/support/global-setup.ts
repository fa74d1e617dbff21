import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../apps/devcluster/process/free-port.js';
import { AfterRun } from './audit/after-run.js';
import { findChromium } from './chromium.js';
import { Launched } from './launched.js';

/**
 * Starts the product as `npm start` does, in a data folder of its own, and ends it after the last test. Then the logs of
 * all its programs are checked: what is wrong with them fails the run.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const chromium = findChromium(); // Before anything is started: without one there is nothing to wait for.
  const data = mkdtempSync(join(tmpdir(), 'kube-gateway-e2e-'));
  const httpsPort = await freePort();
  const kind = project.name === 'e2e-real' ? 'real' : 'embedded';
  const launched = await Launched.start({ data, port: await freePort(), httpsPort, on: kind }).catch(
    (error: unknown) => {
      rmSync(data, { recursive: true, force: true });
      throw error;
    },
  );
  project.provide('cluster', {
    url: launched.url,
    route: 'kube-gateway.gateway-example.localhost',
    httpsPort,
    kubeconfig: join(data, 'kubeconfig'),
    bin: join(data, 'bin'),
    data,
    namespace: 'gateway-example',
    chromium,
    kind,
  });
  const after = await AfterRun.prepare(project, data).catch(async (error: unknown) => {
    await launched.stop();
    throw error;
  });
  return async () => {
    try {
      await after.beforeStop().finally(() => launched.stop());
      await after.check();
    } finally {
      after.remove();
      rmSync(data, { recursive: true, force: true });
    }
  };
}
