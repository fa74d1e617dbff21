import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.js';
import { MetricsServer } from './metrics-server.js';

const LOCAL = { host: '127.0.0.1', port: 0 };

describe('the metrics of the operator', () => {
  it('count what was looked at, by kind and outcome', async () => {
    const metrics = new Metrics();
    const look = metrics.watched('GateToken', async (key) => {
      if (key === 'n/bad') throw new Error('no');
      return { again: 1 };
    });
    expect(await look('n/a')).toEqual({ again: 1 });
    await expect(look('n/bad')).rejects.toThrow('no');
    metrics.leads(true);
    metrics.queue('GateToken', () => 3);
    const text = await metrics.registry.metrics();
    for (const line of [
      'kube_gateway_operator_reconciles_total{kind="GateToken",result="done"} 1',
      'kube_gateway_operator_reconciles_total{kind="GateToken",result="error"} 1',
      'kube_gateway_operator_reconcile_seconds_count{kind="GateToken"} 2',
      'kube_gateway_operator_leads 1',
      'kube_gateway_operator_queue_length{kind="GateToken"} 3',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('are served on a port of their own, and nothing else is', async () => {
    const server = new MetricsServer(new Metrics(), LOCAL);
    await server.onApplicationBootstrap();
    try {
      const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
      expect(answer.headers.get('content-type')).toContain('text/plain');
      expect(await answer.text()).toContain('process_cpu_seconds_total');
      expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
      expect((await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: 'POST' })).status).toBe(404);
    } finally {
      await server.onApplicationShutdown();
    }
  });

  it('a port that is taken is a fault at the start', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(new MetricsServer(new Metrics(), { ...LOCAL, port }).onApplicationBootstrap()).rejects.toThrow(
      'EADDRINUSE',
    );
    await new Promise((resolve) => other.close(resolve));
  });
});
