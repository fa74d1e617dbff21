import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.js';

describe('the metrics of the operator', () => {
  it('count what was looked at, by kind and outcome', async () => {
    const registry = new Registry();
    const metrics = new Metrics(registry);
    const look = metrics.watched('GateToken', async (key) => {
      if (key === 'n/bad') throw new Error('no');
      return { again: 1 };
    });
    expect(await look('n/a')).toEqual({ again: 1 });
    await expect(look('n/bad')).rejects.toThrow('no');
    metrics.leads(true);
    metrics.queue('GateToken', () => 3);
    const text = await registry.metrics();
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
});
