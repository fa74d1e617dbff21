import { expect, test } from 'vitest';
import { type Container } from './pod.js';
import { allotPorts, listenVariables, type PortMap, realPort } from './ports.js';

const container: Container = {
  name: 'c',
  image: 'i',
  ports: [
    { name: 'http', containerPort: 8080 },
    { name: 'metrics', containerPort: 9090 },
    { name: 'web-hook', containerPort: 9443 },
  ],
};

test('each port gets a free one of the machine, and keeps it', async () => {
  const ports: PortMap = new Map();
  await allotPorts(container, ports);
  const first = new Map(ports);
  expect([...first.keys()]).toEqual([8080, 9090, 9443]);
  expect(new Set(first.values()).size).toBe(3);
  await allotPorts(container, ports);
  expect(ports).toEqual(first);
});

test('LISTEN and NAME_LISTEN tell the program its ports', () => {
  const ports: PortMap = new Map([
    [8080, 1],
    [9090, 2],
    [9443, 3],
  ]);
  expect(listenVariables(container, ports)).toEqual({
    LISTEN: '127.0.0.1:1',
    METRICS_LISTEN: '127.0.0.1:2',
    WEB_HOOK_LISTEN: '127.0.0.1:3',
  });
  expect(listenVariables({ ...container, ports: [{ containerPort: 8080 }] }, ports)).toEqual({ LISTEN: '127.0.0.1:1' });
  expect(realPort(container, ports, 'metrics')).toBe(2);
  expect(realPort(container, ports, 8080)).toBe(1);
  expect(realPort(container, ports, 'none')).toBeUndefined();
});
