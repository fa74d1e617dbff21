import { createServer } from 'node:net';
import { Counter, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { MetricsServer } from './metrics-server.js';

const LOCAL = { host: '127.0.0.1', port: 0 };

describe('the metrics server', () => {
  it('serves /metrics and nothing else', async () => {
    const registry = new Registry();
    new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc();
    const server = new MetricsServer(registry, LOCAL);
    await server.onApplicationBootstrap();
    try {
      const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
      expect(answer.headers.get('content-type')).toContain('text/plain');
      expect(await answer.text()).toContain('things_total 1');
      expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
      expect((await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: 'POST' })).status).toBe(404);
    } finally {
      await server.onApplicationShutdown();
    }
  });

  it('fails to start where the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(new MetricsServer(new Registry(), { ...LOCAL, port }).onApplicationBootstrap()).rejects.toThrow(
      'EADDRINUSE',
    );
    await new Promise((resolve) => other.close(resolve));
  });
});
